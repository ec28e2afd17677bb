/* SPDX-License-Identifier: MIT */
#include "io/leash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/scan.h"
#include "io/loop.h"

struct leash {
    int descriptor;
    struct loop_watch *watch;
    leash_end_fn on_end;
    void *owner;
};

static void on_leash(void *owner, unsigned ready) {
    (void)ready;
    struct leash *leash = owner;
    char ignored[64];
    ssize_t got = read(leash->descriptor, ignored, sizeof ignored);
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) return;
    loop_watch_free(leash->watch);
    leash->watch = NULL;
    leash->on_end(leash->owner);
}

static bool is_pipe(int descriptor) {
    struct stat info;
    return fstat(descriptor, &info) == 0 && S_ISFIFO(info.st_mode);
}

struct leash *leash_from_environment(
    struct loop *loop, leash_end_fn on_end, void *owner) {
    const char *words = getenv(LEASH_VARIABLE);
    uint64_t number = 0;
    if (!words || !slice_u64(slice_of(words), &number)) return NULL;
    if (number <= STDERR_FILENO || number > INT_MAX) return NULL;
    int descriptor = (int)number;
    if (!is_pipe(descriptor)) return NULL;
    fcntl(descriptor, F_SETFD, FD_CLOEXEC); /* a child gets a leash of its own */

    struct leash *leash = memory_new(sizeof *leash);
    leash->descriptor = descriptor;
    leash->on_end = on_end;
    leash->owner = owner;
    leash->watch = loop_watch_new(loop, descriptor, on_leash, leash);
    loop_watch_set(leash->watch, LOOP_READABLE);
    return leash;
}

void leash_free(struct leash *leash) {
    if (!leash) return;
    loop_watch_free(leash->watch);
    close(leash->descriptor);
    free(leash);
}
