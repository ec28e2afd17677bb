/* SPDX-License-Identifier: MIT */
#include "io/http_link.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/loop.h"

static void want_events(struct http_link *link) {
    unsigned wanted = LOOP_READABLE;
    if (link->unsent.length > 0) wanted |= LOOP_WRITABLE;
    loop_watch_set(link->watch, wanted);
}

/* Hands on as much as the kernel takes. A peer that is gone may have answered before it
 * went: so what failed is found out by reading. */
static void flush(struct http_link *link) {
    while (link->unsent.length > 0) {
        ssize_t sent =
            send(link->socket, link->unsent.data, link->unsent.length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno == EAGAIN) break;
        size_t taken = sent < 0 ? link->unsent.length : (size_t)sent;
        link->unsent.data += taken;
        link->unsent.length -= taken;
    }
    want_events(link);
}

static void on_ready(void *owner, unsigned ready) {
    struct http_link *link = owner;
    if (ready & LOOP_WRITABLE) flush(link);
    if (!(ready & (LOOP_READABLE | LOOP_HANGUP))) return;
    if (ready & LOOP_HANGUP) want_events(link); /* it has paused: more may be there */
    ssize_t got = recv(link->socket, link->room, HTTP_LINK_READ_SIZE, 0);
    if (got > 0) {
        struct slice bytes = {.data = link->room, .length = (size_t)got};
        link->user.on_bytes(link->user.owner, bytes);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        link->user.on_end(link->user.owner, got == 0 ? 0 : errno);
    }
}

struct http_link *http_link_new(struct loop *loop, int socket, char *room) {
    struct http_link *link = memory_new(sizeof *link);
    link->socket = socket;
    link->room = room;
    link->watch = loop_watch_new(loop, socket, on_ready, link);
    loop_watch_set(link->watch, LOOP_READABLE);
    return link;
}

void http_link_free(struct http_link *link) {
    if (!link) return;
    loop_watch_free(link->watch);
    close(link->socket);
    free(link);
}

void http_link_send(struct http_link *link, struct slice bytes) {
    link->unsent = bytes;
    flush(link);
}
