/* SPDX-License-Identifier: MIT */
#include "support/folder_watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/panic.h"

enum { LIMIT_MS = 60000, EVENTS_SIZE = 16 * 1024 };

int folder_watch_open(const char *path) {
    int watch = inotify_init1(IN_CLOEXEC);
    ensure(watch >= 0);
    ensure(inotify_add_watch(watch, path, IN_CREATE | IN_MOVED_TO | IN_MODIFY) >= 0);
    return watch;
}

void folder_watch_wait(int watch) {
    struct pollfd change = {.fd = watch, .events = POLLIN};
    char events[EVENTS_SIZE]; /* which ones does not matter */
    ensure(poll(&change, 1, LIMIT_MS) == 1);
    ensure(read(watch, events, sizeof events) > 0);
}
