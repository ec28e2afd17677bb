/* SPDX-License-Identifier: MIT */
#include "support/test_load.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"

enum { PATIENCE_MS = 60000, READ_SIZE = 64 * 1024, KILOBYTE = 1024 };

static const char program[] = BINARIES_FOLDER "/flightdeck-load";

void test_load_init(struct test_load *load, uint16_t port, const char *path) {
    memset(load, 0, sizeof *load);
    load->to = load->from = -1;
    load->plan = memory_new(sizeof *load->plan);
    load->last = memory_new(sizeof *load->last);
    load->sum = memory_new(sizeof *load->sum);
    buffer_init(&load->came, FRAME_SIZE_MAX + READ_SIZE);
    struct load_plan *plan = load->plan;
    load_plan_init(plan);
    text_copy(plan->target.host, sizeof plan->target.host, "127.0.0.1");
    plan->target.port = port;
    plan->report_ns = 100 * NS_PER_MS;
    plan->drain_ns = 5 * NS_PER_S;
    plan->task_count = 1;
    load_task_init(&plan->tasks[0]);
    text_copy(plan->tasks[0].name, sizeof plan->tasks[0].name, "one");
    text_copy(plan->tasks[0].path, sizeof plan->tasks[0].path, path);
}

static void close_pipe(int *descriptor) {
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
}

static void reap(struct test_load *load) {
    int status = 0;
    struct rusage usage;
    while (wait4(load->pid, &status, 0, &usage) < 0 && errno == EINTR) continue;
    load->pid = 0;
    load->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    uint64_t seconds = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
    load->cpu_us =
        seconds * 1000000 + (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    load->rss_max_bytes = (uint64_t)usage.ru_maxrss * KILOBYTE;
}

void test_load_clear(struct test_load *load) {
    close_pipe(&load->to);
    close_pipe(&load->from);
    if (load->pid > 0) {
        kill(load->pid, SIGKILL);
        reap(load);
    }
    buffer_clear(&load->came);
    free(load->plan);
    free(load->last);
    free(load->sum);
}

static void say(struct test_load *load, enum load_message kind, const void *what) {
    uint8_t *bytes = memory_new(FRAME_SIZE_MAX);
    size_t length = load_message_encode(kind, what, bytes, FRAME_SIZE_MAX);
    assert_true(length > 0);
    for (size_t sent = 0; sent < length;) {
        ssize_t took = write(load->to, bytes + sent, length - sent);
        if (took <= 0) break; /* it has ended: what it said will tell */
        sent += (size_t)took;
    }
    free(bytes);
}

void test_load_control(
    struct test_load *load, enum load_control_kind kind, double level) {
    const struct load_control control = {.kind = kind, .level = level};
    say(load, LOAD_MESSAGE_CONTROL, &control);
}

void test_load_start(struct test_load *load) {
    int to[2], from[2];
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    if (load->pipe_bytes > 0) fcntl(from[1], F_SETPIPE_SZ, load->pipe_bytes);
    pid_t parent = getpid();
    load->pid = fork();
    assert_true(load->pid >= 0);
    if (load->pid == 0) {
        if (!load->unprotected) prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(127);
        dup2(to[0], STDIN_FILENO);
        dup2(from[1], STDOUT_FILENO);
        close(to[0]);
        close(to[1]);
        close(from[0]);
        close(from[1]);
        if (load->descriptors[1] > 0) {
            const struct rlimit limit = {load->descriptors[0], load->descriptors[1]};
            setrlimit(RLIMIT_NOFILE, &limit);
        }
        execl(program, program, (char *)NULL);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    load->to = to[1];
    load->from = from[0];
    say(load, LOAD_MESSAGE_PLAN, load->plan);
    test_load_control(load, LOAD_CONTROL_START, 0);
}

/* False at the end of the pipe. */
static bool read_more(struct test_load *load) {
    struct pollfd wait = {.fd = load->from, .events = POLLIN};
    if (poll(&wait, 1, PATIENCE_MS) <= 0) fail_msg("the generator says nothing");
    char bytes[READ_SIZE];
    ssize_t got = read(load->from, bytes, sizeof bytes);
    if (got <= 0) return false;
    assert_true(buffer_add(&load->came, bytes, (size_t)got));
    return true;
}

static void take(struct test_load *load, const struct frame *frame) {
    struct error err = {0};
    if (frame->kind == LOAD_MESSAGE_READY) {
        assert_true(load_message_read(frame, LOAD_MESSAGE_READY, &load->ready, &err));
    } else {
        assert_true(load_message_read(frame, LOAD_MESSAGE_REPORT, load->last, &err));
        load_report_follow(load->sum, load->last);
        load->reports++;
        assert_int_equal(load->last->sequence, load->reports);
    }
}

bool test_load_next(struct test_load *load) {
    for (;;) {
        struct frame frame;
        struct error err = {0};
        enum frame_found found = frame_find(
            (const uint8_t *)load->came.data, load->came.length, &frame, &err);
        if (found == FRAME_BROKEN) fail_msg("%s", err.message);
        if (found == FRAME_WHOLE) {
            bool is_report = frame.kind == LOAD_MESSAGE_REPORT;
            take(load, &frame);
            buffer_consume(&load->came, frame.used);
            if (is_report) return true;
        } else if (!read_more(load)) {
            assert_int_equal(load->came.length, 0);
            return false;
        }
    }
}

int test_load_finish(struct test_load *load) {
    while (test_load_next(load)) continue;
    reap(load);
    close_pipe(&load->to);
    close_pipe(&load->from);
    return load->code;
}

int test_load_run(struct test_load *load) {
    test_load_start(load);
    return test_load_finish(load);
}

uint64_t test_load_status(const struct test_load *load, uint32_t row, unsigned status) {
    return load->sum->rows[row].statuses[load_row_status(status)];
}
