/* SPDX-License-Identifier: MIT */
#include "support/odd_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"

enum {
    PEERS_MAX = 512,
    REQUEST_SIZE = 4096,
    BACKLOG = 1024,
    POLLS = 3,
    EVENTS = 5,
    EVENT_GAP_MS = 20,
    STALL_MS = 300,
    SECOND_MS = 1000,
    FREEZE_MS = 1000,
    FREEZE_EVERY_MS = 10000,
};

static const char good[] =
    "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}";
/* Said aloud: a client of HTTP/1.0 would wait for the end. */
static const char keeping[] = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n"
                              "Connection: keep-alive\r\n\r\n{\"status\":\"ok\"}";
static const char closing[] = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n"
                              "Connection: close\r\n\r\n{\"status\":\"ok\"}";
static const char busy[] =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy";
static const char half[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it";
static const char garbage[] = "220 smtp.example.com ready\r\n\r\n";
static const char dripping[] =
    "HTTP/1.1 100 Continue\r\n\r\n"
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "a;x=y\r\n{\"status\":\r\n5\r\n\"ok\"}\r\n0\r\nX: y\r\n\r\n";
static const char stream_head[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    "Transfer-Encoding: chunked\r\n\r\n";

struct peer {
    char request[REQUEST_SIZE + 1];
    size_t length;
    unsigned events; /* of a stream, still to be sent */
};

struct odd {
    enum odd_way way;
    struct odd_counts *counts;
    struct pollfd sockets[PEERS_MAX + 1]; /* the first one listens */
    struct peer peers[PEERS_MAX + 1];
    unsigned polls;
};

static void say(int socket, const char *words, size_t length) {
    (void)!send(socket, words, length, MSG_NOSIGNAL);
}

static void hang_up(struct odd *odd, int at, bool reset) {
    struct linger linger = {.l_onoff = 1};
    int socket = odd->sockets[at].fd;
    if (reset) setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(socket);
    odd->sockets[at].fd = -1;
}

static void drip(int socket) {
    for (size_t i = 0; i < sizeof dripping - 1; i++) {
        say(socket, dripping + i, 1);
        if (i % 8 == 0) poll(NULL, 0, 1); /* as slowly as that */
    }
}

static void answer_job(struct odd *odd, int at) {
    const char *request = odd->peers[at].request;
    char words[256];
    if (strncmp(request, "POST", 4) == 0) {
        snprintf(
            words, sizeof words,
            "HTTP/1.1 202 Accepted\r\nContent-Length: 18\r\n\r\n{\"job_id\": \"a/ "
            "b\"}");
    } else {
        /* Every third time, whoever asks. */
        bool done = ++odd->polls % POLLS == 0;
        bool known = strstr(request, "/job/a%2F%20b ") != NULL;
        const char *status = done ? "completed" : "pending";
        snprintf(
            words, sizeof words,
            "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n{\"status\":\"%s\"}",
            known ? "200 OK" : "404 Not Found", strlen(status) + 13, status);
    }
    say(odd->sockets[at].fd, words, strlen(words));
}

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* At the beginning of every `every_ms`. */
static void stand_still(long for_ms, long every_ms) {
    long passed_ms = now_ms() % every_ms;
    if (passed_ms < for_ms) poll(NULL, 0, (int)(for_ms - passed_ms));
}

static void answer(struct odd *odd, int at) {
    int socket = odd->sockets[at].fd;
    switch (odd->way) {
    case ODD_GOOD: say(socket, good, sizeof good - 1); break;
    case ODD_BUSY: say(socket, busy, sizeof busy - 1); break;
    case ODD_RESET: hang_up(odd, at, true); break;
    case ODD_GARBAGE: say(socket, garbage, sizeof garbage - 1); break;
    case ODD_SILENT: break;
    case ODD_HALF:
        say(socket, half, sizeof half - 1);
        hang_up(odd, at, false);
        break;
    case ODD_DRIPPING: drip(socket); break;
    case ODD_FORGETFUL:
        say(socket, good, sizeof good - 1);
        hang_up(odd, at, false);
        break;
    case ODD_CLOSING:
        say(socket, closing, sizeof closing - 1);
        hang_up(odd, at, false);
        break;
    case ODD_JOB: answer_job(odd, at); break;
    case ODD_STREAM:
        say(socket, stream_head, sizeof stream_head - 1);
        odd->peers[at].events = EVENTS;
        break;
    case ODD_STALLING:
        stand_still(STALL_MS, SECOND_MS);
        say(socket, good, sizeof good - 1);
        break;
    case ODD_FREEZING:
        stand_still(FREEZE_MS, FREEZE_EVERY_MS);
        say(socket, keeping, sizeof keeping - 1);
        break;
    }
}

/* The length of the first whole request; 0 for none. */
static size_t whole_request(struct odd *odd, struct peer *peer) {
    peer->request[peer->length] = '\0';
    const char *end = strstr(peer->request, "\r\n\r\n");
    if (!end) return 0;
    size_t head = (size_t)(end - peer->request) + 4, body = 0;
    const char *length = strstr(peer->request, "Content-Length: ");
    if (length && length < end) body = strtoul(length + 16, NULL, 10);
    if (peer->length < head + body) return 0;
    odd->counts->requests++;
    if (body > 0) odd->counts->bodies++;
    if (strstr(peer->request, "\r\nX-Flightdeck-Run: here\r\n")) {
        odd->counts->with_run++;
    }
    return head + body;
}

static void hear(struct odd *odd, int at) {
    struct peer *peer = &odd->peers[at];
    ssize_t got = recv(
        odd->sockets[at].fd, peer->request + peer->length, REQUEST_SIZE - peer->length,
        0);
    if (got <= 0) {
        hang_up(odd, at, false);
        return;
    }
    peer->length += (size_t)got;
    size_t used = whole_request(odd, peer);
    if (used == 0) return;
    answer(odd, at);
    peer->length -= used;
    memmove(peer->request, peer->request + used, peer->length);
}

static void greet(struct odd *odd) {
    int socket = accept(odd->sockets[0].fd, NULL, NULL);
    if (socket < 0) return;
    for (int i = 1; i <= PEERS_MAX; i++) {
        if (odd->sockets[i].fd >= 0) continue;
        odd->sockets[i] = (struct pollfd){.fd = socket, .events = POLLIN};
        odd->peers[i] = (struct peer){0};
        odd->counts->connections++;
        return;
    }
    close(socket);
}

static void stream_on(struct odd *odd) {
    static const char event[] = "9\r\ndata: x\n\n\r\n", last[] = "0\r\n\r\n";
    for (int i = 1; i <= PEERS_MAX; i++) {
        struct peer *peer = &odd->peers[i];
        if (odd->sockets[i].fd < 0 || peer->events == 0) continue;
        say(odd->sockets[i].fd, event, sizeof event - 1);
        if (--peer->events == 0) say(odd->sockets[i].fd, last, sizeof last - 1);
    }
}

static _Noreturn void serve(struct odd *odd) {
    int wait_ms = odd->way == ODD_STREAM ? EVENT_GAP_MS : -1;
    for (;;) {
        int ready = poll(odd->sockets, PEERS_MAX + 1, wait_ms);
        if (ready == 0) stream_on(odd);
        if (odd->sockets[0].revents) greet(odd);
        for (int i = 1; i <= PEERS_MAX; i++) {
            if (odd->sockets[i].fd >= 0 && odd->sockets[i].revents) hear(odd, i);
        }
    }
}

static int listen_at(const char *host, uint16_t *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*port)};
    ensure(inet_pton(AF_INET, host, &address.sin_addr) == 1);
    socklen_t size = sizeof address;
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool listens = bind(listening, (struct sockaddr *)&address, size) == 0 &&
                   listen(listening, BACKLOG) == 0 &&
                   getsockname(listening, (struct sockaddr *)&address, &size) == 0;
    ensure(listens);
    *port = ntohs(address.sin_port);
    return listening;
}

static _Noreturn void become(
    const struct odd_server *server, enum odd_way way, int listening) {
    struct odd *odd = memory_new(sizeof *odd);
    odd->way = way;
    odd->counts = server->counts;
    for (int i = 0; i <= PEERS_MAX; i++) odd->sockets[i].fd = -1;
    odd->sockets[0] = (struct pollfd){.fd = listening, .events = POLLIN};
    serve(odd);
}

void odd_server_start(struct odd_server *server, enum odd_way way) {
    odd_server_start_at(server, way, "127.0.0.1", 0);
}

void odd_server_start_at(
    struct odd_server *server, enum odd_way way, const char *address, uint16_t port) {
    server->port = port;
    int listening = listen_at(address, &server->port);
    server->counts = mmap(
        NULL, sizeof *server->counts, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ensure(server->counts != MAP_FAILED);
    pid_t parent = getpid();
    server->pid = fork();
    ensure(server->pid >= 0);
    if (server->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(0);
        become(server, way, listening);
    }
    close(listening);
}

void odd_server_stop(struct odd_server *server) {
    if (server->pid > 0) {
        kill(server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
        server->pid = 0;
    }
    if (server->counts) munmap(server->counts, sizeof *server->counts);
    server->counts = NULL;
}
