/* SPDX-License-Identifier: MIT */
#include "support/crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"

enum { EVENTS_MAX = 64, TURN_MS = 100, PIECE_SIZE = 16 * 1024 };

static const char good[] = "HTTP/1.1 200 ";

struct listener {
    int descriptor; /* -1 once it has ended */
    bool hears;     /* its answer has begun, and well */
};

struct crowd {
    int epoll;
    unsigned count, hearing;
    uint64_t heard_bytes;
    struct listener *listeners;
};

static uint64_t clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void leave(struct crowd *crowd, struct listener *listener) {
    close(listener->descriptor);
    listener->descriptor = -1;
    if (listener->hears) crowd->hearing--;
    listener->hears = false;
}

static void join(
    struct crowd *crowd, struct listener *listener, uint16_t port,
    const char *request) {
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    size_t length = strlen(request);
    listener->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ensure(listener->descriptor >= 0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = listener};
    ensure(epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, listener->descriptor, &event) == 0);
    bool is_joined =
        connect(listener->descriptor, (struct sockaddr *)&address, sizeof address) ==
            0 &&
        send(listener->descriptor, request, length, MSG_NOSIGNAL) == (ssize_t)length;
    if (!is_joined) leave(crowd, listener);
}

struct crowd *crowd_new(uint16_t port, unsigned count, crowd_request_fn write) {
    struct crowd *crowd = memory_new(sizeof *crowd);
    crowd->epoll = epoll_create1(EPOLL_CLOEXEC);
    ensure(crowd->epoll >= 0);
    crowd->count = count;
    crowd->listeners = memory_new(count * sizeof *crowd->listeners);
    for (unsigned i = 0; i < count; i++) {
        char request[CROWD_REQUEST_SIZE];
        write(i, request);
        join(crowd, &crowd->listeners[i], port, request);
    }
    return crowd;
}

void crowd_free(struct crowd *crowd) {
    if (!crowd) return;
    for (unsigned i = 0; i < crowd->count; i++) {
        if (crowd->listeners[i].descriptor >= 0) close(crowd->listeners[i].descriptor);
    }
    close(crowd->epoll);
    free(crowd->listeners);
    free(crowd);
}

static void hear(struct crowd *crowd, struct listener *listener) {
    char piece[PIECE_SIZE];
    ssize_t got = recv(listener->descriptor, piece, sizeof piece, 0);
    if (got < 0 && errno == EINTR) return;
    bool is_good =
        got >= (ssize_t)sizeof good - 1 && memcmp(piece, good, sizeof good - 1) == 0;
    if (got <= 0 || (!listener->hears && !is_good)) {
        leave(crowd, listener);
        return;
    }
    crowd->heard_bytes += (uint64_t)got;
    if (listener->hears) return;
    listener->hears = true;
    crowd->hearing++;
}

unsigned crowd_listen(struct crowd *crowd, unsigned wanted, uint64_t limit_ns) {
    uint64_t start_ns = clock_ns();
    while (crowd->hearing < wanted && clock_ns() - start_ns < limit_ns) {
        struct epoll_event events[EVENTS_MAX];
        int count = epoll_wait(crowd->epoll, events, EVENTS_MAX, TURN_MS);
        for (int i = 0; i < count; i++) {
            struct listener *listener = events[i].data.ptr;
            if (listener->descriptor >= 0) hear(crowd, listener);
        }
    }
    return crowd->hearing;
}

uint64_t crowd_heard_bytes(const struct crowd *crowd) {
    return crowd->heard_bytes;
}
