/* SPDX-License-Identifier: MIT */
#include "io/http_sockets.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/memory.h"
#include "base/panic.h"
#include "io/loop.h"

struct http_socket {
    struct http_sockets *sockets; /* borrowed */
    struct loop_watch *watch;     /* NULL until it is wanted for the first time */
    curl_socket_t descriptor;
    /* Opened by us, so the end of its connection is told. Of the others, such as the
     * resolver's, nobody tells when they are closed: they are watched only while they
     * are wanted. */
    bool ours;
    ino_t inode; /* of ours: the descriptor may have come to mean another one */
    bool wanted;
    struct http_socket *next, **link; /* of all; what points here */
};

struct http_sockets {
    struct loop *loop; /* borrowed */
    CURLM *multi;      /* borrowed */
    http_socket_fn on_ready;
    void *owner;
    struct http_socket *first;
};

static void on_ready(void *owner, unsigned ready) {
    struct http_socket *socket = owner;
    if (!socket->wanted) {
        /* The peer of a kept connection has closed it: curl will see that in time. */
        loop_watch_set(socket->watch, 0);
        return;
    }
    int events = 0;
    if (ready & LOOP_READABLE) events |= CURL_CSELECT_IN;
    if (ready & LOOP_WRITABLE) events |= CURL_CSELECT_OUT;
    if (ready & LOOP_HANGUP) events |= CURL_CSELECT_ERR;
    struct http_sockets *sockets = socket->sockets;
    sockets->on_ready(sockets->owner, socket->descriptor, events);
}

static struct http_socket *find(
    const struct http_sockets *sockets, curl_socket_t descriptor) {
    struct http_socket *socket = sockets->first;
    while (socket && socket->descriptor != descriptor) socket = socket->next;
    return socket;
}

static struct http_socket *add(
    struct http_sockets *sockets, curl_socket_t descriptor, bool ours) {
    struct http_socket *socket = memory_new(sizeof *socket);
    socket->sockets = sockets;
    socket->descriptor = descriptor;
    socket->ours = ours;
    struct stat about;
    if (ours && fstat(descriptor, &about) == 0) socket->inode = about.st_ino;
    socket->next = sockets->first;
    if (socket->next) socket->next->link = &socket->next;
    socket->link = &sockets->first;
    sockets->first = socket;
    return socket;
}

static void forget(struct http_socket *socket) {
    *socket->link = socket->next;
    if (socket->next) socket->next->link = socket->link;
    loop_watch_free(socket->watch);
    free(socket);
}

/* What never became a connection, curl closes without a word. */
static bool is_open(const struct http_socket *socket) {
    struct stat about;
    return fstat(socket->descriptor, &about) == 0 && about.st_ino == socket->inode;
}

static void on_unwanted(struct http_socket *socket) {
    if (!socket) return;
    if (!socket->ours || !socket->watch || !is_open(socket)) {
        forget(socket);
        return;
    }
    socket->wanted = false;
    /* Room to write there is always;
     * what comes to read is rare, and stops the watch. */
    loop_watch_set(socket->watch, LOOP_READABLE);
}

static int on_curl_socket(
    CURL *curl, curl_socket_t descriptor, int wanted, void *owner, void *unused) {
    struct http_sockets *sockets = owner;
    struct http_socket *socket = find(sockets, descriptor);
    (void)curl;
    (void)unused;
    if (wanted == CURL_POLL_REMOVE) {
        on_unwanted(socket);
        return 0;
    }
    if (!socket) socket = add(sockets, descriptor, false);
    unsigned events = 0;
    if (wanted & CURL_POLL_IN) events |= LOOP_READABLE;
    if (wanted & CURL_POLL_OUT) events |= LOOP_WRITABLE;
    socket->wanted = true;
    if (!socket->watch) {
        socket->watch = loop_watch_new(sockets->loop, descriptor, on_ready, socket);
    }
    loop_watch_set(socket->watch, events);
    return 0;
}

static curl_socket_t on_open(
    void *owner, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    int descriptor =
        socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (descriptor < 0) return CURL_SOCKET_BAD;
    struct http_socket *before = find(owner, descriptor);
    if (before) forget(before); /* closed without a word */
    add(owner, descriptor, true);
    return descriptor;
}

static int on_close(void *owner, curl_socket_t descriptor) {
    struct http_socket *socket = find(owner, descriptor);
    if (socket) forget(socket);
    return close(descriptor);
}

struct http_sockets *http_sockets_new(
    struct loop *loop, void *multi, http_socket_fn on_ready_fn, void *owner) {
    struct http_sockets *sockets = memory_new(sizeof *sockets);
    sockets->loop = loop;
    sockets->multi = multi;
    sockets->on_ready = on_ready_fn;
    sockets->owner = owner;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, sockets);
    return sockets;
}

void http_sockets_serve(struct http_sockets *sockets, void *easy) {
    ensure(!curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open));
    ensure(!curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, sockets));
    ensure(!curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close));
    ensure(!curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, sockets));
}

void http_sockets_stop(struct http_sockets *sockets) {
    curl_multi_setopt(sockets->multi, CURLMOPT_SOCKETFUNCTION, NULL);
    for (struct http_socket *socket = sockets->first, *next; socket; socket = next) {
        next = socket->next;
        forget(socket);
    }
}

void http_sockets_destroy(struct http_sockets *sockets) {
    ensure(!sockets->first);
    free(sockets);
}
