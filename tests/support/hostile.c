/* SPDX-License-Identifier: MIT */
#include "support/hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/scan.h"
#include "support/hostile_cases.h"

enum { REQUEST_SIZE = 8192, LIFE_S = 30, BACKLOG = 256 };

struct hostile {
    pid_t pid;
    uint16_t port;
};

static int listen_somewhere(uint16_t *port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    ensure(listener >= 0);
    ensure(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
    ensure(listen(listener, BACKLOG) == 0);
    ensure(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
    *port = ntohs(address.sin_port);
    return listener;
}

/* Reads up to the empty line, so that closing does not reset what was sent. */
static void read_request(int client, char *request) {
    size_t length = 0;
    while (length < REQUEST_SIZE - 1) {
        ssize_t got = read(client, request + length, REQUEST_SIZE - 1 - length);
        if (got <= 0) break;
        length += (size_t)got;
        request[length] = '\0';
        if (strstr(request, "\r\n\r\n")) break;
    }
    request[length] = '\0';
}

static void serve_client(int client) {
    alarm(LIFE_S); /* whatever a test forgets */
    char request[REQUEST_SIZE];
    read_request(client, request);
    struct scan scan = scan_of(slice_of(request));
    scan_until(&scan, '/');
    struct slice path = scan_until(&scan, ' ');
    struct scan name = scan_of(path);
    hostile_play(client, scan_until(&name, '?'));
    shutdown(client, SHUT_WR);
    /* What the client still sends must not turn the end into a reset. */
    while (read(client, request, sizeof request) > 0) continue;
    _exit(0);
}

_Noreturn static void serve(int listener) {
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) continue;
        pid_t parent = getpid();
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != parent) _exit(0);
            close(listener);
            serve_client(client);
        }
        close(client);
    }
}

struct hostile *hostile_new(void) {
    struct hostile *hostile = memory_new(sizeof *hostile);
    int listener = listen_somewhere(&hostile->port);
    pid_t parent = getpid();
    hostile->pid = fork();
    ensure(hostile->pid >= 0);
    if (hostile->pid == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(0);
        free(hostile);
        serve(listener);
    }
    setpgid(hostile->pid, hostile->pid);
    close(listener);
    return hostile;
}

void hostile_free(struct hostile *hostile) {
    if (!hostile) return;
    kill(-hostile->pid, SIGKILL);
    while (waitpid(hostile->pid, NULL, 0) < 0 && errno == EINTR) continue;
    free(hostile);
}

uint16_t hostile_port(const struct hostile *hostile) {
    return hostile->port;
}

void hostile_url(
    const struct hostile *hostile, const char *name, char *to, size_t size) {
    int length = snprintf(to, size, "http://127.0.0.1:%u/%s", hostile->port, name);
    ensure(length > 0 && (size_t)length < size);
}
