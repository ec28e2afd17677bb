/* SPDX-License-Identifier: MIT */
#include "io/strand.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/panic.h"
#include "io/loop.h"
#include "io/resolve.h"
#include "io/tls.h"

/* CONNECTING ─► GREETING (TLS) ─► OPEN ─► OVER; from everywhere to OVER */
enum strand_state { STRAND_CONNECTING, STRAND_GREETING, STRAND_OPEN, STRAND_OVER };

struct strands {
    struct loop *loop; /* borrowed */
    struct resolve_address *addresses;
    size_t address_count, next;   /* whose turn it is */
    const struct tls_config *tls; /* borrowed */
    const char *host;             /* borrowed */
    struct strand_handlers handlers;
    char *bytes; /* what was left, and behind it what came */
    char *wire;  /* of TLS: what came, before it is read */
};

struct strand {
    struct strands *strands; /* borrowed */
    void *owner;
    struct loop_watch *watch;
    struct tls *tls; /* NULL for none */
    int socket;
    enum strand_state state;
    char *rest; /* left by the owner; NULL for nothing */
    size_t rest_length;
    struct buffer *unsent; /* NULL for nothing */
    bool attending;        /* a handler may run: its memory goes when that is over */
    bool closed;           /* by its owner, meanwhile */
};

struct strands *strands_new(struct loop *loop, const struct strands_options *options) {
    struct strands *strands = memory_new(sizeof *strands);
    strands->loop = loop;
    ensure(options->address_count > 0);
    strands->address_count = options->address_count;
    strands->addresses =
        memory_new_array(options->address_count, sizeof *strands->addresses);
    memcpy(
        strands->addresses, options->addresses,
        options->address_count * sizeof *strands->addresses);
    strands->tls = options->tls;
    strands->host = options->host;
    strands->handlers = options->handlers;
    strands->bytes = memory_new(STRAND_REST_MAX + STRAND_READ_SIZE);
    if (strands->tls) strands->wire = memory_new(STRAND_READ_SIZE);
    return strands;
}

void strands_free(struct strands *strands) {
    if (!strands) return;
    free(strands->addresses);
    free(strands->bytes);
    free(strands->wire);
    free(strands);
}

/* The end */

static void forget_rest(struct strand *strand) {
    free(strand->rest);
    strand->rest = NULL;
    strand->rest_length = 0;
}

static void forget_unsent(struct strand *strand) {
    if (!strand->unsent) return;
    buffer_clear(strand->unsent);
    free(strand->unsent);
    strand->unsent = NULL;
}

void strand_close(struct strand *strand) {
    if (!strand) return;
    loop_watch_free(strand->watch);
    close(strand->socket);
    tls_free(strand->tls);
    forget_rest(strand);
    forget_unsent(strand);
    strand->closed = true;
    if (!strand->attending) free(strand);
}

static void end(struct strand *strand, enum strand_end how, const char *words) {
    struct strands *strands = strand->strands;
    strand->state = STRAND_OVER;
    loop_watch_set(strand->watch, 0);
    strands->handlers.on_end(strand->owner, how, words, loop_now_ns(strands->loop));
}

/* Writing */

static void want_events(struct strand *strand) {
    loop_watch_set(
        strand->watch, LOOP_READABLE | (strand->unsent ? (unsigned)LOOP_WRITABLE : 0U));
}

static bool keep_unsent(struct strand *strand, struct slice bytes) {
    if (!strand->unsent) {
        strand->unsent = memory_new(sizeof *strand->unsent);
        buffer_init(strand->unsent, STRAND_UNSENT_MAX);
    }
    return buffer_add(strand->unsent, bytes.data, bytes.length);
}

/* How many bytes the kernel took; -1 when the connection is gone. */
static ssize_t try_send(struct strand *strand, struct slice bytes) {
    size_t sent = 0;
    while (sent < bytes.length) {
        ssize_t took =
            send(strand->socket, bytes.data + sent, bytes.length - sent, MSG_NOSIGNAL);
        if (took < 0 && errno == EINTR) continue;
        if (took < 0 && errno == EAGAIN) break;
        if (took < 0) return -1;
        sent += (size_t)took;
    }
    return (ssize_t)sent;
}

/* False when the connection is gone. */
static bool send_or_keep(struct strand *strand, struct slice bytes) {
    if (strand->unsent) return keep_unsent(strand, bytes);
    ssize_t sent = try_send(strand, bytes);
    if (sent < 0) return false;
    if ((size_t)sent == bytes.length) return true;
    bytes.data += sent;
    bytes.length -= (size_t)sent;
    bool kept = keep_unsent(strand, bytes);
    want_events(strand);
    return kept;
}

static bool send_unsent(struct strand *strand) {
    ssize_t sent = try_send(strand, buffer_slice(strand->unsent));
    if (sent < 0) return false;
    buffer_consume(strand->unsent, (size_t)sent);
    if (strand->unsent->length > 0) return true;
    forget_unsent(strand);
    want_events(strand);
    return true;
}

/* What TLS wants to say. */
static bool send_tls(struct strand *strand) {
    char piece[17 * 1024]; /* a record and what surrounds it */
    size_t length;
    while ((length = tls_output(strand->tls, piece, sizeof piece)) > 0) {
        if (!send_or_keep(strand, (struct slice){piece, length})) return false;
    }
    return true;
}

bool strand_write(struct strand *strand, struct slice bytes) {
    ensure(strand->state == STRAND_OPEN);
    struct error ignored;
    bool sent = strand->tls
                    ? tls_write(strand->tls, bytes, &ignored) && send_tls(strand)
                    : send_or_keep(strand, bytes);
    if (sent) return true;
    strand->state = STRAND_OVER;
    loop_watch_set(strand->watch, 0);
    return false;
}

/* Reading */

static void keep_rest(struct strand *strand, struct slice rest) {
    if (rest.length != strand->rest_length) {
        free(strand->rest);
        strand->rest = rest.length > 0 ? memory_new(rest.length) : NULL;
        strand->rest_length = rest.length;
    }
    if (rest.length > 0) memcpy(strand->rest, rest.data, rest.length);
}

/* Where what comes now has to stand: behind what was left. */
static char *room_behind_rest(struct strand *strand) {
    char *bytes = strand->strands->bytes;
    if (strand->rest_length > 0) memcpy(bytes, strand->rest, strand->rest_length);
    return bytes + strand->rest_length;
}

/* False when the owner has closed it. */
static bool deliver(struct strand *strand, size_t came) {
    struct strands *strands = strand->strands;
    struct slice bytes = {strands->bytes, strand->rest_length + came};
    size_t taken =
        strands->handlers.on_bytes(strand->owner, bytes, loop_now_ns(strands->loop));
    if (strand->closed) return false;
    ensure(taken <= bytes.length && bytes.length - taken <= STRAND_REST_MAX);
    bytes.data += taken;
    bytes.length -= taken;
    if (bytes.length > 0 || strand->rest) keep_rest(strand, bytes);
    return strand->state == STRAND_OPEN;
}

static bool open_up(struct strand *strand) {
    struct strands *strands = strand->strands;
    strand->state = STRAND_OPEN;
    want_events(strand);
    strands->handlers.on_open(strand->owner, loop_now_ns(strands->loop));
    return !strand->closed && strand->state == STRAND_OPEN;
}

/* False when there is nothing more to do on this strand now. */
static bool greet(struct strand *strand) {
    struct error why = {0};
    enum tls_progress progress = tls_handshake(strand->tls, &why);
    bool sent = send_tls(strand);
    if (progress == TLS_FAILED || !sent) {
        end(strand, STRAND_UNTRUSTED, sent ? why.message : "the connection was lost");
        return false;
    }
    return progress == TLS_DONE && open_up(strand);
}

static void receive_tls(struct strand *strand, struct slice bytes) {
    tls_receive(strand->tls, bytes);
    if (strand->state == STRAND_GREETING && !greet(strand)) return;
    for (;;) {
        struct error why = {0};
        size_t length = 0;
        char *room = room_behind_rest(strand);
        switch (tls_read(strand->tls, room, STRAND_READ_SIZE, &length, &why)) {
        case TLS_DONE:
            /* Most often that was all: another look would cost as much again. */
            if (!deliver(strand, length) || !tls_has_more(strand->tls)) return;
            break;
        case TLS_WAITS: /* it may answer by itself, to renew keys */
            if (!send_tls(strand)) end(strand, STRAND_BROKEN, "");
            return;
        case TLS_FAILED:
            end(strand, why.code == ERROR_LOST ? STRAND_CLOSED : STRAND_UNTRUSTED,
                why.message);
            return;
        }
    }
}

static void read_some(struct strand *strand) {
    struct strands *strands = strand->strands;
    char *to = strand->tls ? strands->wire : room_behind_rest(strand);
    ssize_t got = recv(strand->socket, to, STRAND_READ_SIZE, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) {
        if (strand->tls) {
            receive_tls(strand, (struct slice){to, (size_t)got});
        } else {
            deliver(strand, (size_t)got);
        }
        return;
    }
    bool greeting = strand->state == STRAND_GREETING;
    enum strand_end how = got == 0 ? STRAND_CLOSED : STRAND_BROKEN;
    end(strand, greeting ? STRAND_UNTRUSTED : how,
        greeting ? "the connection ended before TLS had begun" : "");
}

/* Connecting */

static void on_connected(struct strand *strand) {
    struct strands *strands = strand->strands;
    int number = 0;
    socklen_t size = sizeof number;
    if (getsockopt(strand->socket, SOL_SOCKET, SO_ERROR, &number, &size) != 0) {
        number = errno;
    }
    if (number != 0) {
        end(strand, STRAND_UNCONNECTED, strerrordesc_np(number));
        return;
    }
    if (!strands->tls) {
        open_up(strand);
        return;
    }
    struct error why = {0};
    strand->tls = tls_new(strands->tls, strands->host, &why);
    if (!strand->tls) {
        end(strand, STRAND_UNTRUSTED, why.message);
        return;
    }
    strand->state = STRAND_GREETING;
    want_events(strand);
    greet(strand);
}

static void attend(struct strand *strand, unsigned ready) {
    if (strand->state == STRAND_CONNECTING) {
        on_connected(strand);
    } else if ((ready & LOOP_WRITABLE) && strand->unsent && !send_unsent(strand)) {
        end(strand, STRAND_BROKEN, "");
    } else if (ready & (LOOP_READABLE | LOOP_HANGUP)) {
        read_some(strand);
    }
}

static void on_ready(void *owner, unsigned ready) {
    struct strand *strand = owner;
    strand->attending = true;
    attend(strand, ready);
    strand->attending = false;
    if (strand->closed) free(strand);
}

struct strand *strand_open(struct strands *strands, void *owner) {
    const struct resolve_address *address = &strands->addresses[strands->next];
    strands->next = (strands->next + 1) % strands->address_count;
    int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int socket_fd = socket(address->socket.ss_family, type, 0);
    if (socket_fd < 0) return NULL;
    int on = 1;
    setsockopt(socket_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    int result =
        connect(socket_fd, (const struct sockaddr *)&address->socket, address->length);
    if (result != 0 && errno != EINPROGRESS) {
        int number = errno;
        close(socket_fd);
        errno = number;
        return NULL;
    }
    struct strand *strand = memory_new(sizeof *strand);
    strand->strands = strands;
    strand->owner = owner;
    strand->socket = socket_fd;
    strand->watch = loop_watch_new(strands->loop, socket_fd, on_ready, strand);
    loop_watch_set(strand->watch, LOOP_WRITABLE);
    return strand;
}
