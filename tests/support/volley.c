/* SPDX-License-Identifier: MIT */
#include "support/volley.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/scan.h"
#include "base/units.h"

enum { EVENTS_MAX = 64, TURN_MS = 100 };

struct lane {
    int descriptor; /* -1 once it has ended */
    const char *request;
    size_t request_length;
    size_t length; /* of the answer so far */
    char answer[VOLLEY_ANSWER_SIZE];
};

struct firing {
    const struct volley *volley;
    struct volley_result result;
    int epoll;
    uint32_t sent;
    uint32_t waiting; /* for an answer */
    uint64_t start_ns;
    struct lane *lanes;
};

static uint64_t clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void drop(struct firing *firing, struct lane *lane) {
    close(lane->descriptor);
    lane->descriptor = -1;
    firing->result.lost++;
    firing->waiting--;
}

/* A request is smaller than an empty socket buffer: it leaves in one piece. */
static void ask(struct firing *firing, struct lane *lane) {
    bool is_over = firing->sent == firing->volley->total ||
                   clock_ns() - firing->start_ns > firing->volley->limit_ns;
    if (is_over) return;
    firing->sent++;
    firing->waiting++;
    lane->length = 0;
    ssize_t sent =
        send(lane->descriptor, lane->request, lane->request_length, MSG_NOSIGNAL);
    if (sent != (ssize_t)lane->request_length) drop(firing, lane);
}

static void open_lane(struct firing *firing, unsigned number) {
    const struct volley *volley = firing->volley;
    struct lane *lane = &firing->lanes[number];
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(volley->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    lane->request = volley->requests[number % volley->request_count];
    lane->request_length = strlen(lane->request);
    lane->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ensure(lane->descriptor >= 0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = lane};
    ensure(epoll_ctl(firing->epoll, EPOLL_CTL_ADD, lane->descriptor, &event) == 0);
    if (connect(lane->descriptor, (struct sockaddr *)&address, sizeof address) < 0) {
        firing->waiting++;
        drop(firing, lane);
        return;
    }
    ask(firing, lane);
}

/* The status of a whole answer, 0 while some of it is missing. */
static unsigned status_of(const struct lane *lane) {
    static const char name[] = "content-length";
    const char *end = memmem(lane->answer, lane->length, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t head_length = (size_t)(end - lane->answer) + 4;
    struct scan scan = scan_of((struct slice){lane->answer, head_length});
    struct slice line, word;
    uint64_t status = 0, body_length = 0;
    scan_word(&scan, &word);
    if (scan_word(&scan, &word)) slice_u64(word, &status);
    while (scan_line(&scan, &line)) {
        struct scan field = scan_of(line);
        word = scan_until(&field, ':');
        if (word.length != sizeof name - 1) continue;
        if (strncasecmp(word.data, name, word.length) != 0) continue;
        slice_u64(slice_trim(scan_rest(&field)), &body_length);
    }
    return lane->length >= head_length + body_length ? (unsigned)status : 0;
}

static void hear(struct firing *firing, struct lane *lane) {
    size_t room = sizeof lane->answer - lane->length;
    ssize_t got = recv(lane->descriptor, lane->answer + lane->length, room, 0);
    if (got < 0 && errno == EINTR) return;
    if (got <= 0) {
        drop(firing, lane);
        return;
    }
    lane->length += (size_t)got;
    unsigned status = status_of(lane);
    if (status == 0) return;
    firing->waiting--;
    if (status / 100 == 2) {
        firing->result.answered++;
    } else {
        firing->result.refused++;
    }
    ask(firing, lane);
}

static void turn(struct firing *firing) {
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(firing->epoll, events, EVENTS_MAX, TURN_MS);
    for (int i = 0; i < count; i++) {
        struct lane *lane = events[i].data.ptr;
        if (lane->descriptor >= 0) hear(firing, lane);
    }
}

struct volley_result volley_fire(const struct volley *volley) {
    ensure(volley->connections <= VOLLEY_CONNECTIONS_MAX);
    struct firing firing = {
        .volley = volley,
        .epoll = epoll_create1(EPOLL_CLOEXEC),
        .start_ns = clock_ns(),
        .lanes = memory_new(volley->connections * sizeof *firing.lanes)};
    ensure(firing.epoll >= 0);
    for (unsigned i = 0; i < volley->connections; i++) open_lane(&firing, i);
    /* What is under way when the time is over gets as long again. */
    while (firing.waiting > 0 && clock_ns() - firing.start_ns < 2 * volley->limit_ns) {
        turn(&firing);
    }
    firing.result.took_ns = clock_ns() - firing.start_ns;
    firing.result.lost += firing.waiting;
    for (unsigned i = 0; i < volley->connections; i++) {
        if (firing.lanes[i].descriptor >= 0) close(firing.lanes[i].descriptor);
    }
    close(firing.epoll);
    free(firing.lanes);
    return firing.result;
}
