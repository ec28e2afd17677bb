/* SPDX-License-Identifier: MIT */
#include "io/http.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "io/http_answer.h"
#include "io/http_gate.h"
#include "io/http_options.h"
#include "io/http_sockets.h"
#include "io/loop.h"

enum {
    CALLS_MAX = 1024,      /* under way at once */
    CONNECTIONS_MAX = 256, /* kept for the next call */
    SPARES_MAX = 8,        /* curl handles kept for the next call */
};

struct http_call {
    struct http *http;              /* borrowed */
    struct http_call *next, **link; /* calls of http; what points here */
    http_done_fn on_done;
    void *owner;
    CURL *curl;
    uint64_t started_ns;
    bool ending;                /* its callback runs */
    bool spoiled;               /* curl may have left something in its handle */
    bool refused;               /* never handed to curl: */
    struct error reason;        /* why not */
    struct loop_timer *refusal; /* then its callback comes */
    struct http_options options;
    struct http_answer answer;
};

struct http {
    struct loop *loop; /* borrowed */
    enum http_authority authority;
    CURLM *multi;
    struct loop_timer *timer; /* when curl wants to be called */
    struct http_sockets *sockets;
    struct http_call *calls;
    uint32_t call_count;
    CURL *spares[SPARES_MAX];
    uint32_t spare_count;
    bool working; /* its callbacks may be on the stack */
    bool freed;   /* while they were */
};

static void on_ready(void *owner, int descriptor, int events);
static int on_curl_timer(CURLM *multi, long delay_ms, void *owner);

struct http *http_new(struct loop *loop, enum http_authority authority) {
    struct http *http = memory_new(sizeof *http);
    http->loop = loop;
    http->authority = authority;
    /* curl counts: the last curl_global_cleanup() undoes the first of these. */
    ensure(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    http->multi = curl_multi_init();
    if (!http->multi) panic("out of memory starting curl");
    http->sockets = http_sockets_new(loop, http->multi, on_ready, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_MAX);
    return http;
}

static CURL *take_handle(struct http *http) {
    if (http->spare_count > 0) return http->spares[--http->spare_count];
    CURL *curl = curl_easy_init();
    if (!curl) panic("out of memory starting a request");
    return curl;
}

/* A call that ended badly or too early is not worth its handle: after a name that did not
 * resolve, a reset one still holds a buffer, and refuses to be given another size. */
static void give_handle_back(struct http_call *call) {
    struct http *http = call->http;
    if (http->freed || call->spoiled || http->spare_count == SPARES_MAX) {
        curl_easy_cleanup(call->curl);
        return;
    }
    curl_easy_reset(call->curl);
    http->spares[http->spare_count++] = call->curl;
}

/* Takes a call off the list and off curl; its callback can still be made. */
static void detach(struct http_call *call) {
    struct http *http = call->http;
    *call->link = call->next;
    if (call->next) call->next->link = call->link;
    http->call_count--;
    loop_timer_free(call->refusal);
    if (!call->refused) curl_multi_remove_handle(http->multi, call->curl);
}

static void destroy_call(struct http_call *call) {
    give_handle_back(call);
    http_options_clear(&call->options);
    http_answer_clear(&call->answer);
    free(call);
}

void http_call_free(struct http_call *call) {
    if (!call || call->ending) return;
    call->spoiled = true;
    detach(call);
    destroy_call(call);
}

static void destroy(struct http *http) {
    loop_timer_free(http->timer);
    http->timer = NULL;
    while (http->spare_count > 0) curl_easy_cleanup(http->spares[--http->spare_count]);
    http_sockets_stop(http->sockets);
    curl_multi_cleanup(http->multi);
    http_sockets_destroy(http->sockets);
    curl_global_cleanup();
    free(http);
}

void http_free(struct http *http) {
    if (!http) return;
    http->freed = true;
    for (struct http_call *call = http->calls, *next = NULL; call; call = next) {
        next = call->next;
        http_call_free(call);
    }
    if (!http->working) destroy(http);
}

/* The only place that calls back. */
static void finish(struct http_call *call, CURLcode result) {
    struct http_header headers[HTTP_HEADERS_MAX];
    struct http_reply reply = {.started_ns = call->started_ns};
    if (call->refused) {
        reply.error = call->reason;
        reply.body = slice_of("");
    } else {
        http_answer_reply(&call->answer, call->curl, (int)result, headers, &reply);
        call->spoiled = result != CURLE_OK;
    }
    detach(call);
    call->ending = true;
    call->on_done(call->owner, &reply);
    destroy_call(call);
}

/* Work begins and ends here; http_free() in between waits for the end. */
static void enter(struct http *http) {
    ensure(!http->working);
    http->working = true;
}

static void leave(struct http *http) {
    http->working = false;
    if (http->freed) destroy(http);
}

static void drive(struct http *http, curl_socket_t descriptor, int ready) {
    enter(http);
    int running = 0;
    curl_multi_socket_action(http->multi, descriptor, ready, &running);
    int left = 0;
    const CURLMsg *message = NULL;
    while (!http->freed && (message = curl_multi_info_read(http->multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode result = message->data.result;
        char *call = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        finish((struct http_call *)(void *)call, result);
    }
    leave(http);
}

static void on_time(void *owner, uint64_t now_ns) {
    struct http *http = owner;
    http->timer = NULL;
    (void)now_ns;
    drive(http, CURL_SOCKET_TIMEOUT, 0);
}

static int on_curl_timer(CURLM *multi, long delay_ms, void *owner) {
    struct http *http = owner;
    (void)multi;
    loop_timer_free(http->timer);
    http->timer = NULL;
    if (delay_ms < 0 || http->freed) return 0;
    /* Not from within its own work, which could then go round without a turn. */
    bool at_once = delay_ms == 0 && !http->working;
    uint64_t delay_ns = (uint64_t)delay_ms * NS_PER_MS;
    http->timer = at_once ? loop_soon(http->loop, on_time, http)
                          : loop_after(http->loop, delay_ns, on_time, http);
    return 0;
}

static void on_ready(void *owner, int descriptor, int events) {
    drive(owner, descriptor, events);
}

/* How it begins */

static void on_refusal(void *owner, uint64_t now_ns) {
    struct http_call *call = owner;
    struct http *http = call->http;
    call->refusal = NULL;
    (void)now_ns;
    enter(http);
    finish(call, CURLE_OK);
    leave(http);
}

static void refuse_call(struct http_call *call) {
    call->refused = true;
    call->refusal = loop_after(call->http->loop, 0, on_refusal, call);
}

static struct http_call *call_new(struct http *http) {
    struct http_call *call = memory_new(sizeof *call);
    call->http = http;
    call->started_ns = loop_clock_ns();
    call->curl = take_handle(http);
    call->next = http->calls;
    if (call->next) call->next->link = &call->next;
    call->link = &http->calls;
    http->calls = call;
    http->call_count++;
    return call;
}

static bool prepare(struct http_call *call, const struct http_request *request) {
    struct http *http = call->http;
    if (http->call_count > CALLS_MAX) {
        return error_set(&call->reason, ERROR_LIMIT, "too many requests under way");
    }
    if (!http_gate_lets_out(http->authority, request, &call->reason)) return false;
    call->answer.peer = call->options.peer;
    http_answer_init(&call->answer, call->curl, request);
    curl_easy_setopt(call->curl, CURLOPT_PRIVATE, call);
    http_sockets_serve(http->sockets, call->curl);
    return http_options_apply(&call->options, call->curl, request, &call->reason);
}

struct http_call *http_start(
    struct http *http, const struct http_request *request, http_done_fn on_done,
    void *owner) {
    ensure(!http->freed);
    struct http_call *call = call_new(http);
    call->on_done = on_done;
    call->owner = owner;
    if (prepare(call, request)) {
        ensure(curl_multi_add_handle(http->multi, call->curl) == CURLM_OK);
    } else {
        refuse_call(call);
    }
    return call;
}

const char *http_reply_header(const struct http_reply *reply, const char *name) {
    for (size_t i = 0; i < reply->header_count; i++) {
        if (strcmp(reply->headers[i].name, name) == 0) return reply->headers[i].value;
    }
    return NULL;
}
