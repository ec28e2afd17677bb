/* SPDX-License-Identifier: MIT */
#include "io/http_plain.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "io/dial.h"
#include "io/http_link.h"
#include "io/http_names.h"
#include "io/http_take.h"
#include "io/loop.h"
#include "io/resolve.h"

enum { LINKS_MAX = 256, SPARE_BYTES_MAX = 64 * 1024 };

/* Calls that are kept with their buffers for the next ones; not under a sanitizer,
 * which watches for those used after their end. */
#if defined __SANITIZE_ADDRESS__
enum { SPARES_MAX = 0 };
#else
enum { SPARES_MAX = 8 };
#endif

#define CONNECT_TIMEOUT_NS (5 * NS_PER_S)
#define LINK_IDLE_NS       (118 * NS_PER_S) /* as libcurl: a peer may have forgotten */

/* NAMING ─► DIALLING ─► ASKED ─► done; a kept connection that has gone: NAMING again */
struct http_plain_call {
    struct http_plain *plain;     /* borrowed */
    struct http_plain_call *next; /* while it is spare */
    http_done_fn on_done;
    void *owner;
    struct http_wire wire; /* its URL is gone after the start */
    struct resolve *resolve;
    struct dial *dial;
    struct http_link *link;
    struct loop_timer *deadline; /* of the connection, then of all */
    uint64_t started_ns, connect_by_ns, deadline_ns, connect_ns;
    bool new_connection; /* neither takes a kept one nor keeps it */
    bool reused;         /* the link was kept from a call before */
    bool open;           /* there was a connection */
    bool ending;         /* its callback runs */
    struct buffer request;
    struct http_take take;
};

struct http_plain {
    struct loop *loop; /* borrowed */
    struct http_names names;
    struct http_link *links; /* unused ones, the latest first */
    uint32_t link_count;
    struct http_plain_call *spares;
    uint32_t spare_count;
    bool calling; /* a callback is on the stack */
    bool freed;   /* while it was */
    char room[HTTP_LINK_READ_SIZE];
};

static void on_bytes(void *owner, struct slice bytes);
static void on_end(void *owner, int number);

struct http_plain *http_plain_new(struct loop *loop) {
    struct http_plain *plain = memory_new(sizeof *plain);
    plain->loop = loop;
    return plain;
}

static void destroy_call(struct http_plain_call *call) {
    buffer_clear(&call->request);
    http_take_clear(&call->take);
    free(call);
}

static void destroy(struct http_plain *plain) {
    while (plain->spares) {
        struct http_plain_call *call = plain->spares;
        plain->spares = call->next;
        destroy_call(call);
    }
    free(plain);
}

void http_plain_free(struct http_plain *plain) {
    if (!plain) return;
    plain->freed = true;
    while (plain->links) {
        struct http_link *link = plain->links;
        plain->links = link->next;
        http_link_free(link);
    }
    http_names_clear(&plain->names);
    if (!plain->calling) destroy(plain);
}

/* Connections that are kept */

static void drop_link(struct http_plain *plain, struct http_link **at) {
    struct http_link *link = *at;
    *at = link->next;
    plain->link_count--;
    http_link_free(link);
}

static void on_idle_end(void *owner, int number) {
    struct http_link *link = owner;
    struct http_plain *plain = link->keeper;
    (void)number;
    struct http_link **at = &plain->links;
    while (*at != link) at = &(*at)->next;
    drop_link(plain, at);
}

/* What comes unasked ends a connection, too. */
static void on_idle_bytes(void *owner, struct slice bytes) {
    (void)bytes;
    on_idle_end(owner, 0);
}

static void keep_link(struct http_plain *plain, struct http_link *link) {
    if (plain->link_count == LINKS_MAX) {
        struct http_link **last = &plain->links;
        while ((*last)->next) last = &(*last)->next;
        drop_link(plain, last);
    }
    link->idle_ns = loop_clock_ns();
    link->keeper = plain;
    link->user = (struct http_link_user){link, on_idle_bytes, on_idle_end};
    link->next = plain->links;
    plain->links = link;
    plain->link_count++;
}

static struct http_link *take_link(struct http_plain *plain, const char *name) {
    struct http_link **at = &plain->links;
    uint64_t now_ns = loop_clock_ns();
    while (*at) {
        struct http_link *link = *at;
        if (strcmp(link->name, name) != 0) {
            at = &link->next;
        } else if (now_ns - link->idle_ns >= LINK_IDLE_NS) {
            drop_link(plain, at);
        } else {
            *at = link->next;
            plain->link_count--;
            return link;
        }
    }
    return NULL;
}

/* The end */

/* Lets go of all that is under way. */
static void disconnect(struct http_plain_call *call) {
    resolve_free(call->resolve);
    dial_free(call->dial);
    http_link_free(call->link);
    call->resolve = NULL;
    call->dial = NULL;
    call->link = NULL;
}

/* The call is over, its memory may serve the next one. */
static void retire(struct http_plain_call *call) {
    struct http_plain *plain = call->plain;
    size_t bytes = call->request.capacity + http_take_capacity(&call->take);
    if (plain->spare_count == SPARES_MAX || bytes > SPARE_BYTES_MAX) {
        destroy_call(call);
        return;
    }
    call->next = plain->spares;
    plain->spares = call;
    plain->spare_count++;
}

static void stop(struct http_plain_call *call) {
    loop_timer_free(call->deadline);
    call->deadline = NULL;
    disconnect(call);
}

void http_plain_call_free(struct http_plain_call *call) {
    if (!call || call->ending) return;
    stop(call);
    retire(call);
}

/* The only place that calls back, and the last thing that its callers do. */
static void finish(struct http_plain_call *call) {
    struct http_plain *plain = call->plain;
    struct http_header headers[HTTP_HEADERS_MAX];
    struct http_reply reply = {
        .started_ns = call->started_ns,
        .connect_ns = call->connect_ns,
        .total_ns = loop_clock_ns() - call->started_ns,
    };
    stop(call);
    http_take_reply(&call->take, headers, &reply);
    if (reply.first_byte_ns > 0) reply.first_byte_ns -= call->started_ns;
    call->ending = true;
    plain->calling = true;
    call->on_done(call->owner, &reply);
    plain->calling = false;
    retire(call);
    if (plain->freed) destroy(plain);
}

static void fail(
    struct http_plain_call *call, enum error_code code, const char *words) {
    http_take_fail(&call->take, code, words);
    finish(call);
}

static void fail_late(struct http_plain_call *call, uint64_t now_ns) {
    char words[64], limit[16];
    struct text duration = TEXT_IN(limit);
    struct text text = TEXT_IN(words);
    units_add_duration(&duration, now_ns - call->started_ns);
    const char *what = "the answer was not complete";
    if (!call->take.reader.begun) what = "no answer";
    if (!call->open) what = "no connection";
    text_addf(&text, "%s after %s", what, limit);
    fail(call, ERROR_TIMEOUT, words);
}

static void on_deadline(void *owner, uint64_t now_ns) {
    struct http_plain_call *call = owner;
    call->deadline = NULL;
    fail_late(call, now_ns);
}

/* Asking and being answered */

static void ask_over(struct http_plain_call *call, struct http_link *link) {
    call->link = link;
    call->open = true;
    link->user = (struct http_link_user){call, on_bytes, on_end};
    http_link_send(link, buffer_slice(&call->request));
}

static void on_bytes(void *owner, struct slice bytes) {
    struct http_plain_call *call = owner;
    enum http_take_state state = http_take_bytes(&call->take, bytes);
    if (state == HTTP_TAKE_MORE) return;
    bool kept = state == HTTP_TAKE_REUSABLE && !call->new_connection &&
                call->link->unsent.length == 0;
    if (kept) {
        keep_link(call->plain, call->link);
        call->link = NULL;
    }
    finish(call);
}

static void start_naming(struct http_plain_call *call);

/* A kept connection may have been closed while the question was on its way. */
static void on_end(void *owner, int number) {
    struct http_plain_call *call = owner;
    if (call->reused && !call->take.reader.begun) {
        disconnect(call);
        call->reused = call->open = false;
        start_naming(call);
        return;
    }
    http_take_end(&call->take, number);
    finish(call);
}

/* Connecting */

/* Without whom we were connecting to: every error of a call begins with its peer. */
static void fail_to_connect(
    struct http_plain_call *call, const struct error *why, uint64_t now_ns) {
    const char *words = strrchr(why->message, ':');
    if (why->code == ERROR_TIMEOUT) {
        fail_late(call, now_ns);
    } else {
        fail(call, why->code, words ? words + 2 : why->message);
    }
}

static void on_dialled(void *owner, int socket, const struct error *why) {
    struct http_plain_call *call = owner;
    struct http_plain *plain = call->plain;
    call->dial = NULL;
    uint64_t now_ns = loop_clock_ns();
    if (socket < 0) {
        http_names_forget(&plain->names, call->wire.name);
        fail_to_connect(call, why, now_ns);
        return;
    }
    call->connect_ns = now_ns - call->started_ns;
    loop_timer_free(call->deadline);
    uint64_t left_ns = call->deadline_ns > now_ns ? call->deadline_ns - now_ns : 0;
    call->deadline = loop_after(plain->loop, left_ns, on_deadline, call);
    struct http_link *link = http_link_new(plain->loop, socket, plain->room);
    text_copy(link->name, sizeof link->name, call->wire.name);
    ask_over(call, link);
}

static void dial(
    struct http_plain_call *call, const struct resolve_address *addresses,
    size_t count) {
    uint64_t now_ns = loop_clock_ns();
    const struct dial_options options = {
        .host = call->wire.host,
        .port = call->wire.port,
        .known = addresses,
        .known_count = count,
        .timeout_ns = call->connect_by_ns > now_ns ? call->connect_by_ns - now_ns : 0,
    };
    call->dial = dial_start(call->plain->loop, &options, on_dialled, call);
}

static void on_resolved(void *owner, const struct resolve_result *result) {
    struct http_plain_call *call = owner;
    call->resolve = NULL;
    if (result->error.code != ERROR_NONE) {
        fail(call, ERROR_CONNECT, "no address for this name");
        return;
    }
    struct http_names *names = &call->plain->names;
    http_names_learn(names, call->wire.name, result, loop_clock_ns());
    dial(call, result->addresses, result->count);
}

static void start_naming(struct http_plain_call *call) {
    struct http_plain *plain = call->plain;
    const struct http_name *known =
        http_names_find(&plain->names, call->wire.name, loop_clock_ns());
    if (known) {
        dial(call, known->addresses, known->count);
        return;
    }
    call->resolve =
        resolve_start(plain->loop, call->wire.host, call->wire.port, on_resolved, call);
}

/* The start */

static struct http_plain_call *call_new(struct http_plain *plain) {
    struct http_plain_call *call = plain->spares;
    if (!call) {
        call = memory_new(sizeof *call);
        call->plain = plain;
        buffer_init(&call->request, HTTP_WIRE_MAX);
        http_take_init(&call->take);
        return call;
    }
    plain->spares = call->next;
    plain->spare_count--;
    call->ending = call->reused = call->open = false;
    call->connect_ns = 0;
    buffer_reset(&call->request);
    return call;
}

/* The deadline stands for that of the connection while there is none. */
static void set_deadline(
    struct http_plain_call *call, const struct http_request *request) {
    ensure(request->timeout_ns > 0);
    uint64_t connect_ns =
        request->connect_timeout_ns ? request->connect_timeout_ns : CONNECT_TIMEOUT_NS;
    if (connect_ns > request->timeout_ns) connect_ns = request->timeout_ns;
    uint64_t first_ns = call->link ? request->timeout_ns : connect_ns;
    call->connect_by_ns = call->started_ns + connect_ns;
    call->deadline_ns = call->started_ns + request->timeout_ns;
    call->deadline = loop_after(call->plain->loop, first_ns, on_deadline, call);
}

struct http_plain_call *http_plain_start(
    struct http_plain *plain, const struct http_request *request,
    const struct http_wire *wire, http_done_fn on_done, void *owner) {
    struct http_plain_call *call = call_new(plain);
    call->on_done = on_done;
    call->owner = owner;
    call->wire = *wire;
    call->started_ns = loop_clock_ns();
    call->new_connection = request->new_connection;
    http_take_begin(&call->take, request, call->wire.name);
    ensure(http_wire_write(wire, request, &call->request));
    if (!call->new_connection) call->link = take_link(plain, wire->name);
    set_deadline(call, request);
    if (call->link) {
        call->reused = true;
        ask_over(call, call->link);
    } else {
        start_naming(call);
    }
    return call;
}
