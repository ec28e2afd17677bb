/* SPDX-License-Identifier: MIT */
#include "support/log_relay.h"

#include <errno.h>
#include <libgen.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/text.h"
#include "support/folder_watch.h"

enum { PIECE_SIZE = 16 * 1024, BACKLOG = 4 };

static struct sockaddr_un address_of(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    ensure(text_copy(address.sun_path, sizeof address.sun_path, path));
    return address;
}

/* Somebody comes to listen there: a file of the folder. Between bind(2) and listen(2)
 * he refuses, and tells nobody when that is over: that is no time at all. */
static int dial(const char *path, int watch) {
    const struct sockaddr_un address = address_of(path);
    for (;;) {
        int out = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ensure(out >= 0);
        if (connect(out, (const struct sockaddr *)&address, sizeof address) == 0) {
            return out;
        }
        bool is_there = errno == ECONNREFUSED;
        close(out);
        if (is_there) {
            sched_yield();
        } else {
            folder_watch_wait(watch, -1);
        }
    }
}

static bool hand_on(int out, const char *piece, ssize_t length) {
    while (length > 0) {
        ssize_t sent = send(out, piece, (size_t)length, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        piece += sent;
        length -= sent;
    }
    return true;
}

_Noreturn static void relay(int listener, const char *to) {
    char piece[PIECE_SIZE], copy[sizeof(struct sockaddr_un)];
    ensure(text_copy(copy, sizeof copy, to));
    int watch = folder_watch_open(dirname(copy));
    for (;;) {
        int in = accept(listener, NULL, NULL);
        int out = dial(to, watch);
        ssize_t got;
        do {
            got = read(in, piece, sizeof piece);
        } while (got > 0 && hand_on(out, piece, got));
        close(in);
        close(out);
    }
}

void log_relay_start(struct log_relay *relayed, const char *from, const char *to) {
    const struct sockaddr_un address = address_of(from);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ensure(listener >= 0);
    ensure(bind(listener, (const struct sockaddr *)&address, sizeof address) == 0);
    ensure(listen(listener, BACKLOG) == 0);
    relayed->pid = fork();
    ensure(relayed->pid >= 0);
    if (relayed->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        relay(listener, to);
    }
    close(listener);
}

void log_relay_stop(struct log_relay *relay) {
    if (relay->pid == 0) return;
    kill(relay->pid, SIGKILL);
    waitpid(relay->pid, NULL, 0);
    relay->pid = 0;
}

void log_relay_freeze(const struct log_relay *relay) {
    kill(relay->pid, SIGSTOP);
}

void log_relay_thaw(const struct log_relay *relay) {
    kill(relay->pid, SIGCONT);
}
