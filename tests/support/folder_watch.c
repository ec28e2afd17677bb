/* SPDX-License-Identifier: MIT */
#include "support/folder_watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/panic.h"

enum { EVENTS_SIZE = 16 * 1024 };

int folder_watch_open(const char *path) {
    int watch = inotify_init1(IN_CLOEXEC);
    ensure(watch >= 0);
    ensure(inotify_add_watch(watch, path, IN_CREATE | IN_MOVED_TO | IN_MODIFY) >= 0);
    return watch;
}

bool folder_watch_wait(int watch, int limit_ms) {
    struct pollfd change = {.fd = watch, .events = POLLIN};
    char events[EVENTS_SIZE]; /* which ones does not matter */
    return poll(&change, 1, limit_ms) == 1 && read(watch, events, sizeof events) > 0;
}
