/* SPDX-License-Identifier: MIT */
#include "io/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "io/bound_socket.h"
#include "io/loop.h"
#include "io/server_state.h"

enum {
    BODY_MAX_DEFAULT = 64 * 1024,
    CONNECTIONS_MAX_DEFAULT = 8192,
    RUNS_PER_TURN = 16, /* of libmicrohttpd, before others get theirs */
};

#define COMPLETE_TIMEOUT_DEFAULT_NS (10 * NS_PER_S)
#define IDLE_TIMEOUT_DEFAULT_NS     (30 * NS_PER_S)
#define ANSWER_TIMEOUT_DEFAULT_NS   (120 * NS_PER_S)
#define STARVED_PAUSE_NS            (100 * NS_PER_MS)
#define STARVED_SILENCE_NS          (60 * NS_PER_S)
#define SWEEP_INTERVAL_MAX_NS       NS_PER_S
#define SWEEP_INTERVAL_MIN_NS       (10 * NS_PER_MS)

static void run(struct server *server);
/* Starting */

static void fill_defaults(struct server_options *options) {
    if (!options->body_max_bytes) options->body_max_bytes = BODY_MAX_DEFAULT;
    if (!options->complete_timeout_ns) {
        options->complete_timeout_ns = COMPLETE_TIMEOUT_DEFAULT_NS;
    }
    if (!options->idle_timeout_ns) options->idle_timeout_ns = IDLE_TIMEOUT_DEFAULT_NS;
    if (!options->answer_timeout_ns) {
        options->answer_timeout_ns = ANSWER_TIMEOUT_DEFAULT_NS;
    }
    if (!options->connections_max) options->connections_max = CONNECTIONS_MAX_DEFAULT;
}

static void on_ready(void *owner, unsigned ready) {
    (void)ready;
    run(owner);
}

/* NOLINTNEXTLINE(readability-function-size): who is called back, and as whom */
struct server *server_new(
    struct loop *loop, const struct server_options *options,
    server_request_fn on_request, server_gone_fn on_gone, void *owner,
    struct error *err) {
    uint16_t port = 0;
    int listener = bound_socket_open(options->address, options->port, &port, err);
    if (listener < 0) return NULL;

    struct server *server = memory_new(sizeof *server);
    server->loop = loop;
    server->options = *options;
    fill_defaults(&server->options);
    server->on_request = on_request;
    server->on_gone = on_gone;
    server->owner = owner;
    server->listener = listener;
    server->port = port;
    server->daemon = server_daemon_start(server);
    if (!server->daemon) {
        error_set(err, ERROR_SYSTEM, "the HTTP server does not start");
        close(listener);
        free(server);
        return NULL;
    }
    int descriptor =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    server->watch = loop_watch_new(loop, descriptor, on_ready, server);
    loop_watch_set(server->watch, LOOP_READABLE);
    return server;
}

uint16_t server_port(const struct server *server) {
    return server->port;
}

/* Running */

static void on_time(void *owner, uint64_t now_ns) {
    struct server *server = owner;
    server->timer = NULL;
    (void)now_ns;
    run(server);
}

/* An earlier timer may stay: running too often does no harm. */
static void run_within(struct server *server, uint64_t delay_ns) {
    uint64_t due_ns = loop_clock_ns() + delay_ns;
    if (server->timer && server->timer_due_ns <= due_ns) return;
    loop_timer_free(server->timer);
    server->timer = loop_after(server->loop, delay_ns, on_time, server);
    server->timer_due_ns = due_ns;
}

/* On the next turn, for an answer that somebody waits for. Not from within its own
 * work, which could then go round without a turn. */
static void run_soon(struct server *server) {
    uint64_t due_ns = loop_clock_ns();
    if (server->timer && server->timer_due_ns <= due_ns) return;
    loop_timer_free(server->timer);
    server->timer = loop_soon(server->loop, on_time, server);
    server->timer_due_ns = due_ns;
}

static void arm_timer(struct server *server) {
    MHD_UNSIGNED_LONG_LONG delay_ms = 0;
    if (server->resumed) {
        run_within(server, 0);
    } else if (MHD_get_timeout(server->daemon, &delay_ms) == MHD_YES) {
        run_within(server, delay_ms * NS_PER_MS);
    }
}

/* Streams whose clients left: told once libmicrohttpd is at rest. */
static void tell_lost(struct server *server) {
    while (server->lost) {
        struct server_request *request = server->lost;
        server->lost = request->next;
        if (request->stream.is_open) server->on_gone(server->owner, request);
        server->request_count--;
        server_request_free(request);
    }
}

static void end_drain(struct server *server) {
    server_drained_fn on_drained = server->on_drained;
    server->on_drained = NULL;
    loop_timer_free(server->drain_timer);
    server->drain_timer = NULL;
    on_drained(server->owner);
}

static void destroy(struct server *server);

static void enter(struct server *server) {
    ensure(!server->working);
    server->working = true;
}

static void leave(struct server *server) {
    if (!server->freed && server->on_drained && server->request_count == 0) {
        end_drain(server);
    }
    server->working = false;
    if (server->freed) {
        destroy(server);
    } else {
        arm_timer(server);
    }
}

static bool is_due(const struct server *server) {
    MHD_UNSIGNED_LONG_LONG delay_ms = 0;
    return MHD_get_timeout(server->daemon, &delay_ms) == MHD_YES && delay_ms == 0;
}

static void on_pause_end(void *owner, uint64_t now_ns) {
    struct server *server = owner;
    server->pause = NULL;
    (void)now_ns;
    loop_watch_set(server->watch, LOOP_READABLE);
}

/* The same that accepting needs; only asked when something went wrong. */
static bool lacks_descriptors(const struct server *server) {
    int copy = fcntl(server->listener, F_DUPFD_CLOEXEC, 0);
    if (copy >= 0) close(copy);
    return copy < 0 && (errno == EMFILE || errno == ENFILE);
}

/* Whoever waits to be accepted makes the listener readable all
 * the time. With a connection libmicrohttpd stops listening
 * until one ends; without any it would try for ever. */
static void rest_if_starved(struct server *server) {
    if (!server->complained) return;
    server->complained = false;
    server->held_back = server->connections != NULL;
    if (server->listener < 0 || !lacks_descriptors(server)) return;
    if (!server->connections && !server->pause) {
        loop_watch_set(server->watch, 0);
        server->pause =
            loop_after(server->loop, STARVED_PAUSE_NS, on_pause_end, server);
    }
    uint64_t now_ns = loop_clock_ns();
    if (server->starved_ns && now_ns - server->starved_ns < STARVED_SILENCE_NS) return;
    server->starved_ns = now_ns;
    if (server->options.on_starved) server->options.on_starved(server->owner);
}

/* A resumed connection is only seen by another MHD_run(): nothing else wakes it. It
 * takes a few of them before it listens for its next request, too. */
static void run(struct server *server) {
    enter(server);
    unsigned runs = 0;
    bool any_resumed = false;
    do {
        any_resumed = any_resumed || server->resumed;
        server->resumed = false;
        MHD_run(server->daemon);
        tell_lost(server);
    } while (!server->freed && (server->resumed || (any_resumed && is_due(server))) &&
             ++runs < RUNS_PER_TURN);
    if (!server->freed) rest_if_starved(server);
    leave(server);
}

void server_resume(struct server_request *request, enum request_state state) {
    struct server *server = request->connection->server;
    request->state = state;
    if (!request->is_suspended) return; /* it is being handed over */
    request->is_suspended = false;
    MHD_resume_connection(request->mhd);
    server->resumed = true;
    if (!server->working && !server->freed) run_soon(server);
}

void server_answer(
    struct server_request *request, unsigned status, const char *content_type,
    struct slice body) {
    ensure(request->state == REQUEST_WAITING);
    bool close = request->connection->server->draining;
    server_request_prepare(request, status, content_type, body, close);
    server_resume(request, REQUEST_READY);
}

/* The owner is told that its work is in vain; then the client, if it is still there. */
static void give_up(struct server_request *request, unsigned status) {
    struct server *server = request->connection->server;
    if (request->stream.is_open) {
        server_stream_break(request);
        server->on_gone(server->owner, request);
        return;
    }
    server->on_gone(server->owner, request);
    if (status) server_request_refuse(request, status);
    server_resume(request, status ? REQUEST_READY : REQUEST_DROPPED);
}

/* Sweeping: what libmicrohttpd does not see. */

static bool client_left(const struct server_connection *connection) {
    char byte = 0;
    ssize_t got = recv(connection->descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

/* When libmicrohttpd has the connection: the time from which it may take `limit_ns`. */
static uint64_t deadline_start(
    const struct server_connection *connection, uint64_t *limit_ns) {
    const struct server_options *options = &connection->server->options;
    const struct server_request *request = connection->request;
    *limit_ns = options->complete_timeout_ns;
    if (request && request->state == REQUEST_SENDING) {
        *limit_ns = options->answer_timeout_ns;
        return request->sending_ns;
    }
    if (!connection->used) return connection->since_ns;
    if (request) return request->started_ns;
    *limit_ns += options->idle_timeout_ns;
    return connection->since_ns;
}

static void inspect(struct server_connection *connection, uint64_t now_ns) {
    struct server_request *request = connection->request;
    if (request && (request->state == REQUEST_WAITING || request->stream.is_open)) {
        uint64_t limit_ns = connection->server->options.answer_timeout_ns;
        if (client_left(connection)) {
            give_up(request, 0);
        } else if (now_ns - request->started_ns >= limit_ns) {
            give_up(request, MHD_HTTP_GATEWAY_TIMEOUT);
        }
        return;
    }
    if (request && request->state != REQUEST_RECEIVING &&
        request->state != REQUEST_SENDING) {
        return;
    }
    uint64_t limit_ns = 0;
    uint64_t start_ns = deadline_start(connection, &limit_ns);
    if (now_ns - start_ns >= limit_ns) shutdown(connection->descriptor, SHUT_RDWR);
}

static uint64_t sweep_interval(const struct server_options *options) {
    uint64_t shortest_ns = options->complete_timeout_ns;
    if (options->idle_timeout_ns < shortest_ns) shortest_ns = options->idle_timeout_ns;
    if (options->answer_timeout_ns < shortest_ns) {
        shortest_ns = options->answer_timeout_ns;
    }
    uint64_t interval_ns = shortest_ns / 8;
    if (interval_ns > SWEEP_INTERVAL_MAX_NS) return SWEEP_INTERVAL_MAX_NS;
    return interval_ns < SWEEP_INTERVAL_MIN_NS ? SWEEP_INTERVAL_MIN_NS : interval_ns;
}

static void on_sweep(void *owner, uint64_t now_ns) {
    struct server *server = owner;
    (void)now_ns; /* the loop's may be older than what it is compared with */
    if (!server->connections) {
        loop_timer_free(server->sweep);
        server->sweep = NULL;
        return;
    }
    enter(server);
    /* Connections only close while libmicrohttpd runs. */
    for (struct server_connection *connection = server->connections;
         connection && !server->freed; connection = connection->next) {
        inspect(connection, loop_clock_ns());
    }
    leave(server);
}

void server_sweep_start(struct server *server) {
    if (server->sweep) return;
    server->sweep =
        loop_every(server->loop, sweep_interval(&server->options), on_sweep, server);
}

/* Ending */

static void stop_listening(struct server *server) {
    if (server->listener < 0) return;
    MHD_quiesce_daemon(server->daemon);
    close(server->listener);
    server->listener = -1;
}

static void on_drain_time(void *owner, uint64_t now_ns) {
    struct server *server = owner;
    server->drain_timer = NULL;
    (void)now_ns;
    enter(server);
    end_drain(server);
    leave(server);
}

void server_drain(
    struct server *server, uint64_t limit_ns, server_drained_fn on_drained) {
    ensure(!server->draining);
    server->draining = true;
    server->on_drained = on_drained;
    stop_listening(server);
    uint64_t delay_ns = server->request_count > 0 ? limit_ns : 0;
    server->drain_timer = loop_after(server->loop, delay_ns, on_drain_time, server);
}

/* libmicrohttpd must not be stopped while anything is suspended. */
static void destroy(struct server *server) {
    stop_listening(server);
    loop_timer_free(server->timer);
    loop_timer_free(server->pause);
    loop_timer_free(server->sweep);
    loop_timer_free(server->drain_timer);
    loop_watch_free(server->watch);
    MHD_run(server->daemon); /* what was resumed is answered */
    MHD_run(server->daemon); /* and sent, as far as the kernel takes it */
    MHD_stop_daemon(server->daemon);
    ensure(!server->connections && server->request_count == 0);
    free(server);
}

void server_free(struct server *server) {
    if (!server || server->freed) return;
    server->freed = true;
    for (struct server_connection *connection = server->connections; connection;
         connection = connection->next) {
        struct server_request *request = connection->request;
        if (!request) continue;
        if (request->state == REQUEST_WAITING || request->stream.is_open) {
            give_up(request, MHD_HTTP_SERVICE_UNAVAILABLE);
        }
    }
    tell_lost(server);
    if (!server->working) destroy(server);
}
