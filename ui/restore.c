/* SPDX-License-Identifier: MIT */
#include "ui/restore.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"

enum { CRASH_STACK_SIZE = 64 * 1024, CRASH_COUNT = 5 };

static const int crash_signals[CRASH_COUNT] = {
    SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/* A handler gets nothing but a number, so what it needs must be found without help. */
static struct {
    struct restore *restore;
    void *stack;
    struct sigaction before[CRASH_COUNT];
} crash;

void restore_terminal(struct restore *restore, int fd) {
    if (!restore->armed) return;
    restore->armed = 0;
    int saved = errno;
    size_t sent = 0;
    /* Bounded: a full line that nobody reads must not keep a dying process. */
    for (int tries = 0; sent < restore->length && tries < 64; tries++) {
        ssize_t some = write(fd, restore->bytes + sent, restore->length - sent);
        if (some > 0) sent += (size_t)some;
        if (some < 0 && errno == EAGAIN) tcflush(fd, TCOFLUSH);
        if (some < 0 && errno != EAGAIN && errno != EINTR) break;
    }
    tcsetattr(fd, TCSANOW, &restore->modes);
    errno = saved;
}

static void on_crash(int number) {
    restore_terminal(crash.restore, crash.restore->fd);
    for (int i = 0; i < CRASH_COUNT; i++) {
        if (crash_signals[i] == number) sigaction(number, &crash.before[i], NULL);
    }
    raise(number);
}

static void on_panic(void) {
    restore_terminal(crash.restore, crash.restore->fd);
}

static void catch_crashes(void) {
    crash.stack = memory_new(CRASH_STACK_SIZE);
    stack_t stack = {.ss_sp = crash.stack, .ss_size = CRASH_STACK_SIZE};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < CRASH_COUNT; i++) {
        sigaction(crash_signals[i], &action, &crash.before[i]);
    }
    panic_set_hook(on_panic);
}

static void leave_crashes(void) {
    panic_set_hook(NULL);
    for (int i = 0; i < CRASH_COUNT; i++) {
        sigaction(crash_signals[i], &crash.before[i], NULL);
    }
    stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
    free(crash.stack);
}

void restore_on_crash(struct restore *restore) {
    if (crash.restore) leave_crashes();
    memset(&crash, 0, sizeof crash);
    if (!restore) return;
    crash.restore = restore;
    catch_crashes();
}
