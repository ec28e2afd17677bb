/* SPDX-License-Identifier: MIT */
#include "io/datagram.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/loop.h"
#include "io/unix_socket.h"

enum { DATAGRAMS_PER_TURN = 256 }; /* then others get their turn */

struct datagram {
    int socket;
    char *path; /* owned */
    struct loop_watch *watch;
    datagram_fn on_datagram;
    void *owner;
    uint64_t dropped_count;
    bool *gone; /* set by datagram_free() for the function that calls the owner */
};

/* False when the owner freed the socket. */
static bool deliver(struct datagram *datagram, struct slice bytes) {
    bool gone = false;
    datagram->gone = &gone;
    datagram->on_datagram(datagram->owner, bytes);
    if (gone) return false;
    datagram->gone = NULL;
    return true;
}

static void on_ready(void *owner, unsigned ready) {
    (void)ready;
    struct datagram *datagram = owner;
    char bytes[DATAGRAM_SIZE_MAX];
    for (unsigned i = 0; i < DATAGRAMS_PER_TURN; i++) {
        ssize_t got = recv(datagram->socket, bytes, sizeof bytes, MSG_TRUNC);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return;
        if ((size_t)got > sizeof bytes) {
            datagram->dropped_count++;
        } else if (!deliver(datagram, (struct slice){bytes, (size_t)got})) {
            return;
        }
    }
}

struct datagram *datagram_new(
    struct loop *loop, const char *path, datagram_fn on_datagram, void *owner,
    struct error *err) {
    int socket = unix_socket_bind(path, SOCK_DGRAM, err);
    if (socket < 0) return NULL;
    struct datagram *datagram = memory_new(sizeof *datagram);
    datagram->socket = socket;
    datagram->path = memory_copy_string(path);
    datagram->on_datagram = on_datagram;
    datagram->owner = owner;
    datagram->watch = loop_watch_new(loop, socket, on_ready, datagram);
    loop_watch_set(datagram->watch, LOOP_READABLE);
    return datagram;
}

void datagram_free(struct datagram *datagram) {
    if (!datagram) return;
    if (datagram->gone) *datagram->gone = true;
    loop_watch_free(datagram->watch);
    close(datagram->socket);
    unlink(datagram->path);
    free(datagram->path);
    free(datagram);
}

uint64_t datagram_dropped_count(const struct datagram *datagram) {
    return datagram->dropped_count;
}
