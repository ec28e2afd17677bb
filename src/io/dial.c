/* SPDX-License-Identifier: MIT */
#include "io/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/resolve.h"

/* A unix socket whose listener has not come to those before us refuses at once, and
 * tells nobody when there is room. */
#define ROOM_NS (10 * NS_PER_MS)

struct dial {
    struct loop *loop; /* borrowed */
    dial_done_fn on_done;
    void *owner;
    char name[RESOLVE_HOST_SIZE + 8]; /* for messages */
    struct resolve *resolve;
    uint32_t address_count, address_at;
    struct resolve_address addresses[DIAL_ADDRESSES_MAX];
    struct sockaddr_un path;
    uint64_t deadline_ns;
    struct loop_timer *deadline; /* of everything */
    struct loop_timer *attempt;  /* of one address, when others are left */
    struct loop_timer *room;     /* until the listener is asked again */
    struct loop_timer *finish;   /* on_done is due */
    int socket;                  /* -1 for none */
    struct loop_watch *watch;
    struct error why;
};

static void drop_timer(struct loop_timer **timer) {
    loop_timer_free(*timer);
    *timer = NULL;
}

static void drop_watch(struct dial *dial) {
    loop_watch_free(dial->watch);
    dial->watch = NULL;
}

static void close_socket(struct dial *dial) {
    drop_watch(dial);
    if (dial->socket >= 0) close(dial->socket);
    dial->socket = -1;
}

void dial_free(struct dial *dial) {
    if (!dial) return;
    close_socket(dial);
    resolve_free(dial->resolve);
    drop_timer(&dial->deadline);
    drop_timer(&dial->attempt);
    drop_timer(&dial->room);
    drop_timer(&dial->finish);
    free(dial);
}

static void on_finish(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct dial *dial = owner;
    dial->finish = NULL;
    dial_done_fn on_done = dial->on_done;
    void *dial_owner = dial->owner;
    int socket = dial->socket;
    struct error why = dial->why;
    dial->socket = -1;
    dial_free(dial);
    on_done(dial_owner, socket, &why);
}

/* With the socket, or with `why` when there is none. */
static void finish(struct dial *dial) {
    drop_watch(dial);
    drop_timer(&dial->deadline);
    drop_timer(&dial->attempt);
    drop_timer(&dial->room);
    if (!dial->finish) dial->finish = loop_soon(dial->loop, on_finish, dial);
}

static void note_errno(struct dial *dial, int number) {
    error_set(
        &dial->why, ERROR_CONNECT, "connecting to %s: %s", dial->name,
        strerrordesc_np(number));
}

static void try_next(struct dial *dial);

static void on_writable(void *owner, unsigned ready) {
    (void)ready;
    struct dial *dial = owner;
    int number = 0;
    socklen_t length = sizeof number;
    getsockopt(dial->socket, SOL_SOCKET, SO_ERROR, &number, &length);
    if (number == 0) {
        dial->why = (struct error){.code = ERROR_NONE};
        finish(dial);
        return;
    }
    note_errno(dial, number);
    try_next(dial);
}

/* On the same machine a connection often stands before the call
 * that asks for it returns, even where that says it is under way:
 * to watch for it would cost more than it does. */
static bool stands_already(struct dial *dial, int result) {
    struct pollfd at_once = {.fd = dial->socket, .events = POLLOUT};
    if (result != 0) poll(&at_once, 1, 0);
    if (result != 0 && at_once.revents != POLLOUT) return false;
    dial->why = (struct error){.code = ERROR_NONE};
    finish(dial);
    return true;
}

/* 0, or why it could not begin. A connect that is under way tells by becoming writable,
 * also when it failed. */
static int start_connect(
    struct dial *dial, const struct sockaddr *address, socklen_t length) {
    int family = address->sa_family;
    dial->socket = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (dial->socket >= 0 && family != AF_UNIX) {
        setsockopt(dial->socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        setsockopt(dial->socket, SOL_SOCKET, SO_KEEPALIVE, &(int){1}, sizeof(int));
    }
    int result = dial->socket < 0 ? -1 : connect(dial->socket, address, length);
    if (result != 0 && errno != EINPROGRESS) {
        int number = errno;
        note_errno(dial, number);
        close_socket(dial);
        return number;
    }
    if (stands_already(dial, result)) return 0;
    dial->watch = loop_watch_new(dial->loop, dial->socket, on_writable, dial);
    loop_watch_set(dial->watch, LOOP_WRITABLE);
    return 0;
}

static void on_attempt_over(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct dial *dial = owner;
    dial->attempt = NULL;
    note_errno(dial, ETIMEDOUT);
    try_next(dial);
}

/* Each address gets its share of the time that is left. */
static void give_share(struct dial *dial, uint32_t address_count) {
    if (address_count < 2) return;
    uint64_t now_ns = loop_clock_ns();
    uint64_t left_ns = dial->deadline_ns > now_ns ? dial->deadline_ns - now_ns : 0;
    dial->attempt =
        loop_after(dial->loop, left_ns / address_count, on_attempt_over, dial);
}

static void try_next(struct dial *dial) {
    close_socket(dial);
    drop_timer(&dial->attempt);
    while (dial->address_at < dial->address_count) {
        uint32_t left = dial->address_count - dial->address_at;
        const struct resolve_address *address = &dial->addresses[dial->address_at++];
        const struct sockaddr *socket = (const struct sockaddr *)&address->socket;
        if (start_connect(dial, socket, address->length) != 0) continue;
        if (!dial->finish) give_share(dial, left);
        return;
    }
    finish(dial);
}

static void try_all(
    struct dial *dial, const struct resolve_address *addresses, size_t count) {
    if (count > DIAL_ADDRESSES_MAX) count = DIAL_ADDRESSES_MAX;
    dial->address_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) dial->addresses[i] = addresses[i];
    try_next(dial);
}

static void on_resolved(void *owner, const struct resolve_result *result) {
    struct dial *dial = owner;
    dial->resolve = NULL;
    dial->why = result->error;
    try_all(dial, result->addresses, result->count);
}

static void on_deadline(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct dial *dial = owner;
    dial->deadline = NULL;
    error_set(
        &dial->why, ERROR_TIMEOUT, "%s %s: no answer in time",
        dial->resolve ? "resolving" : "connecting to", dial->name);
    resolve_free(dial->resolve);
    dial->resolve = NULL;
    close_socket(dial);
    finish(dial);
}

static void on_room(void *owner, uint64_t now_ns);

static void try_path(struct dial *dial) {
    const struct sockaddr *address = (const struct sockaddr *)&dial->path;
    int number = start_connect(dial, address, sizeof dial->path);
    if (number == EAGAIN) {
        dial->room = loop_after(dial->loop, ROOM_NS, on_room, dial);
    } else if (number != 0) {
        finish(dial);
    }
}

static void on_room(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct dial *dial = owner;
    dial->room = NULL;
    try_path(dial);
}

static void dial_path(struct dial *dial, const char *path) {
    text_copy_cut(dial->name, sizeof dial->name, path);
    dial->path.sun_family = AF_UNIX;
    if (text_copy(dial->path.sun_path, sizeof dial->path.sun_path, path)) {
        try_path(dial);
        return;
    }
    note_errno(dial, ENAMETOOLONG);
    finish(dial);
}

struct dial *dial_start(
    struct loop *loop, const struct dial_options *options, dial_done_fn on_done,
    void *owner) {
    struct dial *dial = memory_new(sizeof *dial);
    dial->loop = loop;
    dial->on_done = on_done;
    dial->owner = owner;
    dial->socket = -1;
    dial->deadline_ns = loop_clock_ns() + options->timeout_ns;
    dial->deadline = loop_after(loop, options->timeout_ns, on_deadline, dial);
    if (options->path) {
        dial_path(dial, options->path);
        return dial;
    }
    struct text name = TEXT_IN(dial->name);
    bool v6 = strchr(options->host, ':') != NULL;
    text_addf(
        &name, "%s%s%s:%u", v6 ? "[" : "", options->host, v6 ? "]" : "", options->port);
    if (options->known_count > 0) {
        try_all(dial, options->known, options->known_count);
        return dial;
    }
    dial->resolve =
        resolve_start(loop, options->host, options->port, on_resolved, dial);
    return dial;
}
