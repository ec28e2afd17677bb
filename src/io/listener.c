/* SPDX-License-Identifier: MIT */
#include "io/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/stream.h"
#include "io/unix_socket.h"

enum { BACKLOG = 64, ACCEPTS_PER_TURN = 16 };

/* Without descriptors there is nothing to do but to wait for some to be closed. */
#define PAUSE_NS (100 * NS_PER_MS)

struct listener {
    struct loop *loop; /* borrowed */
    int socket;
    uint16_t port; /* 0 for a unix socket */
    char *path;    /* owned; NULL for TCP */
    dev_t device;  /* which file it is at that path */
    ino_t inode;
    size_t queue_max_bytes;
    struct loop_watch *watch;
    struct loop_timer *pause;
    listener_accept_fn on_accept;
    void *owner;
    bool *gone; /* set by listener_free() for the function that calls the owner */
};

static void on_pause_over(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct listener *listener = owner;
    listener->pause = NULL;
    loop_watch_set(listener->watch, LOOP_READABLE);
}

static void rest(struct listener *listener) {
    loop_watch_set(listener->watch, 0);
    listener->pause = loop_after(listener->loop, PAUSE_NS, on_pause_over, listener);
}

/* False when the owner freed the listener. */
static bool hand_over(struct listener *listener, int client) {
    if (listener->path && !unix_socket_is_ours(client)) {
        close(client);
        return true;
    }
    if (!listener->path) {
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    }
    bool gone = false;
    listener->gone = &gone;
    listener->on_accept(
        listener->owner,
        stream_of_socket(listener->loop, client, listener->queue_max_bytes));
    if (!gone) listener->gone = NULL;
    return !gone;
}

static void on_ready(void *owner, unsigned ready) {
    (void)ready;
    struct listener *listener = owner;
    for (unsigned i = 0; i < ACCEPTS_PER_TURN; i++) {
        int client =
            accept4(listener->socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client >= 0) {
            if (!hand_over(listener, client)) return;
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
            rest(listener);
            return;
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

static bool bind_tcp(
    struct listener *listener, const struct listener_options *options,
    struct error *err) {
    const char *words = options->address ? options->address : "127.0.0.1";
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(options->port)};
    struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(options->port)};
    struct sockaddr *address = (struct sockaddr *)&v4;
    socklen_t length = sizeof v4;
    if (inet_pton(AF_INET6, words, &v6.sin6_addr) == 1) {
        address = (struct sockaddr *)&v6;
        length = sizeof v6;
    } else if (inet_pton(AF_INET, words, &v4.sin_addr) != 1) {
        return error_set(err, ERROR_USAGE, "%s is not a numeric address", words);
    }
    listener->socket =
        socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener->socket >= 0) {
        setsockopt(listener->socket, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    }
    if (listener->socket < 0 || bind(listener->socket, address, length) != 0 ||
        getsockname(listener->socket, address, &length) != 0) {
        return error_set(
            err, ERROR_SYSTEM, "listening on %s port %u: %s", words, options->port,
            strerrordesc_np(errno));
    }
    bool is_v6 = address->sa_family == AF_INET6;
    listener->port = ntohs(is_v6 ? v6.sin6_port : v4.sin_port);
    return true;
}

static bool bind_path(struct listener *listener, const char *path, struct error *err) {
    listener->socket = unix_socket_bind(path, SOCK_STREAM, err);
    if (listener->socket < 0) return false;
    listener->path = memory_copy_string(path);
    struct stat file;
    if (stat(path, &file) == 0) {
        listener->device = file.st_dev;
        listener->inode = file.st_ino;
    }
    return true;
}

struct listener *listener_new(
    struct loop *loop, const struct listener_options *options,
    listener_accept_fn on_accept, void *owner, struct error *err) {
    struct listener *listener = memory_new(sizeof *listener);
    *listener = (struct listener){
        .loop = loop,
        .socket = -1,
        .queue_max_bytes = options->queue_max_bytes,
        .on_accept = on_accept,
        .owner = owner,
    };
    bool bound = options->path ? bind_path(listener, options->path, err)
                               : bind_tcp(listener, options, err);
    if (bound && listen(listener->socket, BACKLOG) != 0) {
        bound = error_set(err, ERROR_SYSTEM, "listening: %s", strerrordesc_np(errno));
    }
    if (!bound) {
        listener_free(listener);
        return NULL;
    }
    listener->watch = loop_watch_new(loop, listener->socket, on_ready, listener);
    loop_watch_set(listener->watch, LOOP_READABLE);
    return listener;
}

/* Somebody may have taken the place over. */
static void remove_socket(const struct listener *listener) {
    struct stat file;
    bool is_ours = stat(listener->path, &file) == 0 &&
                   file.st_dev == listener->device && file.st_ino == listener->inode;
    if (is_ours) unlink(listener->path);
}

void listener_free(struct listener *listener) {
    if (!listener) return;
    if (listener->gone) *listener->gone = true;
    loop_timer_free(listener->pause);
    loop_watch_free(listener->watch);
    if (listener->socket >= 0) close(listener->socket);
    if (listener->path) remove_socket(listener);
    free(listener->path);
    free(listener);
}

uint16_t listener_port(const struct listener *listener) {
    return listener->port;
}
