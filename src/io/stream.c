/* SPDX-License-Identifier: MIT */
#include "io/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "io/dial.h"
#include "io/loop.h"
#include "io/resolve.h"
#include "io/tls.h"

/* DIALLING ─► GREETING (TLS) ─► OPEN ─► ENDED; from everywhere to ENDED */
enum stream_state { STREAM_DIALLING, STREAM_GREETING, STREAM_OPEN, STREAM_ENDED };

enum {
    READS_PER_TURN = 8, /* then others get their turn */
    TLS_SLACK = 64 * 1024,
    NAME_SIZE = RESOLVE_HOST_SIZE + 8,
};

#define DEFAULT_TIMEOUT_NS (5 * NS_PER_S)

struct stream {
    struct loop *loop; /* borrowed */
    enum stream_state state;
    struct stream_handlers handlers;
    void *owner;
    char host[RESOLVE_HOST_SIZE]; /* "" for a unix socket */
    char name[NAME_SIZE];         /* for messages */

    struct dial *dial;
    uint64_t deadline_ns;                /* of everything until OPEN */
    struct loop_timer *deadline;         /* while GREETING */
    const struct tls_config *tls_config; /* borrowed while connecting */
    struct loop_timer *ending;           /* on_end is due */
    struct error why;

    int socket; /* -1 for none */
    struct loop_watch *watch;
    struct tls *tls;
    struct buffer queue;
    size_t queue_sent; /* of the queue's front */
    size_t queue_max_bytes;
    bool ends;     /* see the options */
    bool attended; /* somebody wants what comes */
    bool finishing;
    bool *gone; /* set by stream_free() for a function that called a handler */
};

/* The end */

static void close_socket(struct stream *stream) {
    loop_watch_free(stream->watch);
    stream->watch = NULL;
    if (stream->socket >= 0) close(stream->socket);
    stream->socket = -1;
    tls_free(stream->tls);
    stream->tls = NULL;
}

static void drop_timer(struct loop_timer **timer) {
    loop_timer_free(*timer);
    *timer = NULL;
}

static void close_all(struct stream *stream) {
    close_socket(stream);
    dial_free(stream->dial);
    stream->dial = NULL;
    drop_timer(&stream->deadline);
    drop_timer(&stream->ending);
    buffer_clear(&stream->queue);
    stream->queue_sent = 0;
}

static void on_ending(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct stream *stream = owner;
    stream->ending = NULL;
    if (stream->handlers.on_end) stream->handlers.on_end(stream->owner, &stream->why);
}

/* From now on nothing happens but on_end, outside of the running call. */
static void end(struct stream *stream, const struct error *why) {
    if (stream->state == STREAM_ENDED) return;
    close_all(stream);
    stream->state = STREAM_ENDED;
    stream->why = *why;
    stream->ending = loop_soon(stream->loop, on_ending, stream);
}

static void end_with_errno(struct stream *stream, const char *doing, int number) {
    struct error why;
    error_set(
        &why, ERROR_LOST, "%s %s: %s", doing, stream->name, strerrordesc_np(number));
    end(stream, &why);
}

void stream_free(struct stream *stream) {
    if (!stream) return;
    if (stream->gone) *stream->gone = true;
    close_all(stream);
    free(stream);
}

/* Writing */

static void want_events(struct stream *stream) {
    bool writing = stream->queue.length > 0;
    unsigned wanted = stream->attended ? LOOP_READABLE : 0U;
    if (writing) wanted |= LOOP_WRITABLE;
    loop_watch_set(stream->watch, wanted);
}

/* Hands the queue to the kernel as far as it takes it. */
static bool flush(struct stream *stream) {
    while (stream->queue_sent < stream->queue.length) {
        ssize_t sent = send(
            stream->socket, stream->queue.data + stream->queue_sent,
            stream->queue.length - stream->queue_sent, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno == EAGAIN) break;
        if (sent < 0) {
            end_with_errno(stream, "writing to", errno);
            return false;
        }
        stream->queue_sent += (size_t)sent;
    }
    if (stream->queue_sent == stream->queue.length) {
        buffer_reset(&stream->queue);
        stream->queue_sent = 0;
        if (stream->finishing) shutdown(stream->socket, SHUT_WR);
    }
    want_events(stream);
    return true;
}

/* Moves what TLS wants to say into the queue. */
static bool flush_tls(struct stream *stream) {
    char piece[4096];
    size_t length;
    while ((length = tls_output(stream->tls, piece, sizeof piece)) > 0) {
        if (buffer_add(&stream->queue, piece, length)) continue;
        struct error why;
        error_set(&why, ERROR_LIMIT, "%s does not read its answers", stream->name);
        end(stream, &why);
        return false;
    }
    return flush(stream);
}

bool stream_is_open(const struct stream *stream) {
    return stream->state == STREAM_OPEN && !stream->finishing;
}

size_t stream_queued(const struct stream *stream) {
    return stream->queue.length - stream->queue_sent;
}

/* Moves the rest to the front only when that is less than what makes room. */
static void forget_sent(struct stream *stream) {
    if (stream->queue_sent <= stream->queue.length / 2) return;
    buffer_consume(&stream->queue, stream->queue_sent);
    stream->queue_sent = 0;
}

bool stream_write(struct stream *stream, struct slice bytes) {
    if (!stream_is_open(stream)) return false;
    size_t queued = stream_queued(stream);
    if (bytes.length > stream->queue_max_bytes - queued) return false;

    forget_sent(stream);
    if (!stream->tls) {
        ensure(buffer_add(&stream->queue, bytes.data, bytes.length));
        flush(stream);
        return true;
    }
    struct error why;
    if (!tls_write(stream->tls, bytes, &why)) {
        end(stream, &why);
        return true; /* accepted, and lost with the connection */
    }
    flush_tls(stream);
    return true;
}

void stream_finish(struct stream *stream) {
    if (stream->state != STREAM_OPEN) return;
    stream->finishing = true;
    flush(stream);
}

/* Reading */

/* False when the owner freed or the stream ended. */
static bool deliver(struct stream *stream, struct slice bytes) {
    if (!stream->handlers.on_bytes) return true;
    bool gone = false;
    stream->gone = &gone;
    stream->handlers.on_bytes(stream->owner, bytes);
    if (gone) return false;
    stream->gone = NULL;
    return stream->state == STREAM_OPEN;
}

static bool open_up(struct stream *stream) {
    stream->state = STREAM_OPEN;
    drop_timer(&stream->deadline);
    if (!stream->handlers.on_open) return true;
    bool gone = false;
    stream->gone = &gone;
    stream->handlers.on_open(stream->owner);
    if (gone) return false;
    stream->gone = NULL;
    return stream->state == STREAM_OPEN;
}

/* TLS_FAILED also when the owner freed the stream. */
static enum tls_progress greet(struct stream *stream) {
    struct error why;
    enum tls_progress progress = tls_handshake(stream->tls, &why);
    if (!flush_tls(stream)) return TLS_FAILED;
    if (progress == TLS_WAITS) return TLS_WAITS;
    if (progress == TLS_DONE) return open_up(stream) ? TLS_DONE : TLS_FAILED;
    error_wrap(&why, "connecting to %s", stream->name);
    if (why.code == ERROR_LOST) why.code = ERROR_TLS;
    end(stream, &why);
    return TLS_FAILED;
}

static bool receive_tls(struct stream *stream, struct slice bytes) {
    tls_receive(stream->tls, bytes);
    if (stream->state == STREAM_GREETING) {
        enum tls_progress progress = greet(stream);
        if (progress != TLS_DONE) return progress == TLS_WAITS;
    }
    char plain[STREAM_READ_SIZE];
    for (;;) {
        struct error why;
        size_t length = 0;
        enum tls_progress progress =
            tls_read(stream->tls, plain, sizeof plain, &length, &why);
        /* Also when nothing came: TLS may answer by itself, to renew keys. */
        if (progress == TLS_WAITS) return flush_tls(stream);
        if (progress == TLS_FAILED) {
            end(stream, &why);
            return false;
        }
        if (!deliver(stream, (struct slice){plain, length})) return false;
    }
}

static void on_peer_closed(struct stream *stream) {
    struct error why;
    error_set(&why, ERROR_LOST, "%s closed the connection", stream->name);
    if (stream->state == STREAM_GREETING) why.code = ERROR_CONNECT;
    end(stream, &why);
}

static void read_some(struct stream *stream) {
    char bytes[STREAM_READ_SIZE];
    size_t least = stream->ends ? 1 : sizeof bytes;
    for (unsigned i = 0; i < READS_PER_TURN; i++) {
        ssize_t got = recv(stream->socket, bytes, sizeof bytes, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (got < 0) {
            end_with_errno(stream, "reading from", errno);
            return;
        }
        if (got == 0) {
            on_peer_closed(stream);
            return;
        }
        struct slice slice = {bytes, (size_t)got};
        bool goes_on =
            stream->tls ? receive_tls(stream, slice) : deliver(stream, slice);
        /* Less than there was room for: the rest has not come yet. */
        if (!goes_on || (size_t)got < least) return;
    }
}

/* Connecting */

static void on_ready(void *owner, unsigned ready) {
    struct stream *stream = owner;
    /* The watch has paused, and a last piece may stand in front of the end. */
    if (ready & LOOP_HANGUP) want_events(stream);
    if ((ready & LOOP_WRITABLE) && !flush(stream)) return;
    if (ready & (LOOP_READABLE | LOOP_HANGUP)) read_some(stream);
}

static void take_socket(struct stream *stream, int socket) {
    stream->socket = socket;
    stream->watch = loop_watch_new(stream->loop, socket, on_ready, stream);
}

static void on_deadline(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct stream *stream = owner;
    stream->deadline = NULL;
    struct error why;
    error_set(&why, ERROR_TIMEOUT, "TLS with %s: no answer in time", stream->name);
    end(stream, &why);
}

static void start_tls(struct stream *stream) {
    struct error why;
    stream->tls = tls_new(stream->tls_config, stream->host, &why);
    if (!stream->tls) {
        end(stream, &why);
        return;
    }
    stream->state = STREAM_GREETING;
    uint64_t now_ns = loop_clock_ns();
    uint64_t left_ns = stream->deadline_ns > now_ns ? stream->deadline_ns - now_ns : 0;
    stream->deadline = loop_after(stream->loop, left_ns, on_deadline, stream);
    greet(stream);
}

static void on_dialled(void *owner, int socket, const struct error *why) {
    struct stream *stream = owner;
    stream->dial = NULL;
    if (socket < 0) {
        end(stream, why);
        return;
    }
    take_socket(stream, socket);
    if (stream->tls_config) {
        start_tls(stream);
    } else if (open_up(stream)) {
        want_events(stream);
    }
}

static struct stream *stream_new(struct loop *loop, size_t queue_max_bytes) {
    struct stream *stream = memory_new(sizeof *stream);
    stream->loop = loop;
    stream->socket = -1;
    stream->queue_max_bytes = queue_max_bytes ? queue_max_bytes : STREAM_QUEUE_MAX;
    /* What was sent may still stand in front, and TLS makes what it carries longer. */
    buffer_init(&stream->queue, 4 * stream->queue_max_bytes + TLS_SLACK);
    return stream;
}

struct stream *stream_connect(
    struct loop *loop, const struct stream_options *options,
    const struct stream_handlers *handlers, void *owner) {
    struct stream *stream = stream_new(loop, options->queue_max_bytes);
    stream->handlers = *handlers;
    stream->owner = owner;
    stream->attended = true;
    stream->tls_config = options->tls;
    stream->ends = options->ends;
    uint64_t timeout_ns =
        options->timeout_ns ? options->timeout_ns : DEFAULT_TIMEOUT_NS;
    stream->deadline_ns = loop_clock_ns() + timeout_ns;

    struct text name = TEXT_IN(stream->name);
    if (options->path) {
        text_add(&name, options->path);
    } else {
        bool v6 = strchr(options->host, ':') != NULL;
        text_addf(
            &name, "%s%s%s:%u", v6 ? "[" : "", options->host, v6 ? "]" : "",
            options->port);
        text_copy(stream->host, sizeof stream->host, options->host);
    }
    const struct dial_options dial = {
        .host = options->host,
        .port = options->port,
        .path = options->path,
        .timeout_ns = timeout_ns,
    };
    stream->dial = dial_start(loop, &dial, on_dialled, stream);
    return stream;
}

struct stream *stream_of_socket(struct loop *loop, int socket, size_t queue_max_bytes) {
    struct stream *stream = stream_new(loop, queue_max_bytes);
    text_copy(stream->name, sizeof stream->name, "the client");
    stream->state = STREAM_OPEN;
    take_socket(stream, socket);
    return stream;
}

void stream_attend(
    struct stream *stream, const struct stream_handlers *handlers, void *owner) {
    stream->handlers = *handlers;
    stream->owner = owner;
    stream->attended = true;
    if (stream->state == STREAM_OPEN) want_events(stream);
}
