/* SPDX-License-Identifier: MIT */
#include "demo_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/units.h"
#include "core/exit_code.h"
#include "io/loop.h"
#include "io/process.h"

enum { DESCRIPTION_MAX = 16 * 1024, ARGUMENTS_MAX = 16, SIGNALS = 3 };

struct demo_child {
    struct loop *loop;
    struct loop_signal *signals[SIGNALS];
    struct process *stack;   /* NULL when it has ended */
    struct process *command; /* while one runs */
    int pipe;                /* the stack's stdout; -1 once it is described */
    struct loop_watch *watch;
    struct loop_timer *timer;
    struct buffer description;
    char name[DEMO_NAME_SIZE];
    bool ready, late;
    int signal;       /* that came for us; 0 for none */
    int command_code; /* of the last command */
};

static void on_signal(void *owner, int number) {
    struct demo_child *child = owner;
    child->signal = number;
    loop_stop(child->loop);
}

static void on_stack_exit(void *owner, const struct process_exit *how) {
    struct demo_child *child = owner;
    (void)how; /* it has said why on stderr */
    child->stack = NULL;
    loop_stop(child->loop);
}

static void on_time(void *owner, uint64_t now_ns) {
    struct demo_child *child = owner;
    (void)now_ns;
    child->timer = NULL;
    child->late = true;
    loop_stop(child->loop);
}

static void close_pipe(struct demo_child *child) {
    loop_watch_free(child->watch);
    child->watch = NULL;
    if (child->pipe >= 0) close(child->pipe);
    child->pipe = -1;
}

/* The first line is "name    demo"; an empty one closes the description. */
static void read_name(struct demo_child *child) {
    struct scan scan = scan_of(buffer_slice(&child->description));
    struct slice word = {0};
    struct text text = TEXT_IN(child->name);
    struct slice line = {0};
    if (!scan_line(&scan, &line)) return;
    scan = scan_of(line);
    if (scan_word(&scan, &word) && slice_equals(word, "name") &&
        scan_word(&scan, &word)) {
        text_add_slice(&text, word);
        child->ready = true;
    }
}

static void on_description(void *owner, unsigned readiness) {
    struct demo_child *child = owner;
    (void)readiness;
    char bytes[1024];
    ssize_t length = read(child->pipe, bytes, sizeof bytes);
    if (length < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (length > 0) buffer_add(&child->description, bytes, (size_t)length);
    size_t all = child->description.length;
    bool closed = all >= 2 && memcmp(child->description.data + all - 2, "\n\n", 2) == 0;
    if (length > 0 && !closed) return;
    if (closed) read_name(child);
    close_pipe(child);
    loop_stop(child->loop);
}

static void wait_for(struct demo_child *child, uint64_t limit_ns) {
    child->late = false;
    child->timer = loop_after(child->loop, limit_ns, on_time, child);
    loop_run(child->loop);
    loop_timer_free(child->timer);
    child->timer = NULL;
}

static bool start_stack(
    struct demo_child *child, const char *program, const char *const *arguments,
    struct error *err) {
    int ends[2];
    const char *args[ARGUMENTS_MAX] = {program, "demo", "--stack-only", "--quiet"};
    for (unsigned i = 0; arguments[i] && i + 5 < ARGUMENTS_MAX; i++) {
        args[4 + i] = arguments[i];
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return error_set(err, ERROR_SYSTEM, "pipe: %s", strerror(errno));
    }
    struct process_options options = {
        .args = args,
        .stdin_fd = -1,
        .stdout_fd = ends[1],
        .stderr_fd = STDERR_FILENO,
        .own_session = true,
        .leash_only = true,
    };
    child->stack = process_start(child->loop, &options, on_stack_exit, child, err);
    close(ends[1]);
    child->pipe = ends[0];
    if (!child->stack) return false;
    child->watch = loop_watch_new(child->loop, child->pipe, on_description, child);
    loop_watch_set(child->watch, LOOP_READABLE);
    return true;
}

struct demo_child *demo_child_start(
    const char *program, const char *const *arguments, int *signal, struct error *err) {
    static const int numbers[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
    struct demo_child *child = memory_new(sizeof *child);
    child->loop = loop_new();
    child->pipe = -1;
    buffer_init(&child->description, DESCRIPTION_MAX);
    for (unsigned i = 0; i < SIGNALS; i++) {
        child->signals[i] = loop_on_signal(child->loop, numbers[i], on_signal, child);
    }
    if (start_stack(child, program, arguments, err)) {
        wait_for(child, DEMO_CHILD_START_S * NS_PER_S);
        *signal = child->signal;
        if (child->ready) return child;
        if (child->late) {
            error_set(
                err, ERROR_TIMEOUT, "the demo is not up after %d s",
                DEMO_CHILD_START_S);
        } else {
            error_set(err, ERROR_CONNECT, "the demo could not be started");
        }
    }
    demo_child_free(child);
    return NULL;
}

const char *demo_child_name(const struct demo_child *child) {
    return child->name;
}

const char *demo_child_description(struct demo_child *child) {
    return buffer_string(&child->description);
}

static void on_command_exit(void *owner, const struct process_exit *how) {
    struct demo_child *child = owner;
    child->command = NULL;
    child->command_code = how->signal ? 128 + how->signal : how->code;
    loop_stop(child->loop);
}

int demo_child_run(struct demo_child *child, const char *const *arguments) {
    struct error err = {0};
    struct process_options options = {
        .args = arguments,
        .stdin_fd = -1,
        .stdout_fd = STDOUT_FILENO,
        .stderr_fd = STDERR_FILENO,
    };
    child->command = process_start(child->loop, &options, on_command_exit, child, &err);
    if (!child->command) {
        dprintf(STDERR_FILENO, "flightdeck demo: %s\n", err.message);
        return EXIT_CODE_INTERNAL;
    }
    while (child->command && child->signal == 0) loop_run(child->loop);
    process_free(child->command);
    child->command = NULL;
    return child->signal ? 128 + child->signal : child->command_code;
}

bool demo_child_wait(struct demo_child *child, uint64_t duration_ns, int *signal) {
    child->signal = 0;
    wait_for(child, duration_ns);
    *signal = child->signal;
    return child->signal == 0;
}

void demo_child_free(struct demo_child *child) {
    if (!child) return;
    close_pipe(child);
    if (child->stack) {
        process_stop(child->stack, DEMO_CHILD_STOP_S * NS_PER_S);
        while (child->stack) loop_run(child->loop);
    }
    for (unsigned i = 0; i < SIGNALS; i++) loop_signal_free(child->signals[i]);
    loop_free(child->loop);
    buffer_clear(&child->description);
    free(child);
}
