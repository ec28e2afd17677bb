/* SPDX-License-Identifier: MIT */
#include "io/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "io/loop.h"
#include "io/process.h"

enum { READS_PER_TURN = 64 }; /* it may say more than anybody can read */

struct capture {
    struct loop *loop;       /* borrowed */
    struct process *process; /* NULL once it has ended */
    struct loop_timer *deadline;
    struct loop_timer *report; /* it never ran */
    struct loop_watch *watch;
    int output; /* our end of its pipe; -1 for none */
    pid_t group;
    struct error error;
    struct buffer said;
    capture_done_fn on_done;
    void *owner;
};

static void on_output(void *owner, unsigned ready);
static void on_deadline(void *owner, uint64_t now_ns);
static void on_never_ran(void *owner, uint64_t now_ns);
static void on_exit_of_it(void *owner, const struct process_exit *how);

static bool start(
    struct capture *capture, const char *const *args, uint64_t timeout_ns) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return error_set(&capture->error, ERROR_SYSTEM, "%s", strerrordesc_np(errno));
    }
    const struct process_options options = {
        .args = args,
        .stdin_fd = -1,
        .stdout_fd = ends[1],
        .stderr_fd = ends[1],
        .own_session = true};
    capture->output = ends[0];
    capture->process =
        process_start(capture->loop, &options, on_exit_of_it, capture, &capture->error);
    close(ends[1]);
    if (!capture->process) return false;
    capture->group = process_pid(capture->process);
    capture->watch = loop_watch_new(capture->loop, ends[0], on_output, capture);
    loop_watch_set(capture->watch, LOOP_READABLE);
    capture->deadline = loop_after(capture->loop, timeout_ns, on_deadline, capture);
    return true;
}

struct capture *capture_start(
    struct loop *loop, const char *const *args, uint64_t timeout_ns,
    capture_done_fn on_done, void *owner) {
    struct capture *capture = memory_new(sizeof *capture);
    capture->loop = loop;
    capture->output = -1;
    capture->on_done = on_done;
    capture->owner = owner;
    buffer_init(&capture->said, CAPTURE_OUTPUT_MAX);
    if (!start(capture, args, timeout_ns)) {
        capture->report = loop_after(loop, 0, on_never_ran, capture);
    }
    return capture;
}

void capture_free(struct capture *capture) {
    if (!capture) return;
    if (capture->process) kill(-capture->group, SIGKILL);
    process_free(capture->process);
    loop_timer_free(capture->deadline);
    loop_timer_free(capture->report);
    loop_watch_free(capture->watch);
    if (capture->output >= 0) close(capture->output);
    buffer_clear(&capture->said);
    free(capture);
}

static void finish(struct capture *capture, int code) {
    struct capture_result result = {
        .error = capture->error, .code = code, .output = buffer_slice(&capture->said)};
    capture->on_done(capture->owner, &result);
    capture_free(capture);
}

static void on_output(void *owner, unsigned ready) {
    struct capture *capture = owner;
    char bytes[CAPTURE_OUTPUT_MAX];
    (void)ready;
    for (unsigned i = 0; i < READS_PER_TURN; i++) {
        ssize_t got = read(capture->output, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) {
            loop_watch_set(capture->watch, 0);
            return;
        }
        size_t room = capture->said.limit - capture->said.length;
        size_t length = (size_t)got;
        buffer_add(&capture->said, bytes, length < room ? length : room);
    }
}

static void on_deadline(void *owner, uint64_t now_ns) {
    struct capture *capture = owner;
    (void)now_ns;
    capture->deadline = NULL;
    error_set(&capture->error, ERROR_TIMEOUT, "it took too long and was killed");
    kill(-capture->group, SIGKILL);
}

static void on_never_ran(void *owner, uint64_t now_ns) {
    struct capture *capture = owner;
    (void)now_ns;
    capture->report = NULL;
    finish(capture, -1);
}

static void on_exit_of_it(void *owner, const struct process_exit *how) {
    struct capture *capture = owner;
    capture->process = NULL;
    if (capture->watch) on_output(capture, 0);
    if (how->signal != 0 && capture->error.code == ERROR_NONE) {
        error_set(
            &capture->error, ERROR_LOST, "it was killed by signal %d", how->signal);
    }
    finish(capture, how->code);
}
