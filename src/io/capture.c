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

/* Our end of a pipe of its. */
struct voice {
    struct loop_watch *watch;
    int end; /* -1 for none */
};

struct capture {
    struct loop *loop;       /* borrowed */
    struct process *process; /* NULL once it has ended */
    struct loop_timer *deadline;
    struct loop_timer *report; /* it never ran */
    struct voice output, errors;
    pid_t group;
    struct error error;
    struct buffer said;
    char last[CAPTURE_ERRORS_MAX]; /* of its stderr */
    size_t last_length;
    bool is_late; /* what stood before is forgotten */
    capture_done_fn on_done;
    void *owner;
};

static void on_output(void *owner, unsigned ready);
static void on_errors(void *owner, unsigned ready);
static void on_deadline(void *owner, uint64_t now_ns);
static void on_never_ran(void *owner, uint64_t now_ns);
static void on_exit_of_it(void *owner, const struct process_exit *how);

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool open_voice(struct voice *voice, int *its, struct error *err) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return error_set(err, ERROR_SYSTEM, "%s", strerrordesc_np(errno));
    }
    voice->end = ends[0];
    *its = ends[1];
    return true;
}

static void hear(struct capture *capture, struct voice *voice, loop_watch_fn on_ready) {
    voice->watch = loop_watch_new(capture->loop, voice->end, on_ready, capture);
    loop_watch_set(voice->watch, LOOP_READABLE);
}

static void close_voice(struct voice *voice) {
    loop_watch_free(voice->watch);
    if (voice->end >= 0) close(voice->end);
}

static bool start(
    struct capture *capture, const char *const *args, uint64_t timeout_ns) {
    struct process_options options = {
        .args = args,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = -1,
        .own_session = true};
    struct error *err = &capture->error;
    if (open_voice(&capture->output, &options.stdout_fd, err) &&
        open_voice(&capture->errors, &options.stderr_fd, err)) {
        capture->process =
            process_start(capture->loop, &options, on_exit_of_it, capture, err);
    }
    if (options.stdout_fd >= 0) close(options.stdout_fd);
    if (options.stderr_fd >= 0) close(options.stderr_fd);
    if (!capture->process) return false;
    capture->group = process_pid(capture->process);
    hear(capture, &capture->output, on_output);
    hear(capture, &capture->errors, on_errors);
    capture->deadline = loop_after(capture->loop, timeout_ns, on_deadline, capture);
    return true;
}

struct capture *capture_start(
    struct loop *loop, const char *const *args, uint64_t timeout_ns,
    capture_done_fn on_done, void *owner) {
    struct capture *capture = memory_new(sizeof *capture);
    capture->loop = loop;
    capture->output.end = -1;
    capture->errors.end = -1;
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
    close_voice(&capture->output);
    close_voice(&capture->errors);
    buffer_clear(&capture->said);
    free(capture);
}

/* A word whose beginning is forgotten may be the rest of what nobody may read. */
static struct slice end_of_errors(const struct capture *capture) {
    struct slice end = {capture->last, capture->last_length};
    if (!capture->is_late) return end;
    while (end.length > 0 && !is_blank(end.data[0])) {
        end.data++;
        end.length--;
    }
    return end;
}

static void finish(struct capture *capture, int code) {
    struct capture_result result = {
        .error = capture->error,
        .code = code,
        .output = buffer_slice(&capture->said),
        .errors = end_of_errors(capture)};
    capture->on_done(capture->owner, &result);
    capture_free(capture);
}

/* How much has come; 0 for nothing more now, or at all. */
static size_t take(const struct voice *voice, char bytes[CAPTURE_OUTPUT_MAX]) {
    ssize_t got = 0;
    do {
        got = read(voice->end, bytes, CAPTURE_OUTPUT_MAX);
    } while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN) return 0;
    if (got <= 0) loop_watch_set(voice->watch, 0);
    return got > 0 ? (size_t)got : 0;
}

static void on_output(void *owner, unsigned ready) {
    struct capture *capture = owner;
    char bytes[CAPTURE_OUTPUT_MAX];
    (void)ready;
    for (unsigned i = 0; i < READS_PER_TURN; i++) {
        size_t length = take(&capture->output, bytes);
        if (length == 0) return;
        size_t room = capture->said.limit - capture->said.length;
        buffer_add(&capture->said, bytes, length < room ? length : room);
    }
}

/* Keeps the end. */
static void add_errors(struct capture *capture, const char *bytes, size_t length) {
    size_t size = sizeof capture->last;
    if (length > size) {
        bytes += length - size;
        length = size;
        capture->last_length = 0;
        capture->is_late = true;
    }
    if (capture->last_length + length > size) {
        size_t kept = size - length;
        memmove(capture->last, capture->last + capture->last_length - kept, kept);
        capture->last_length = kept;
        capture->is_late = true;
    }
    memcpy(capture->last + capture->last_length, bytes, length);
    capture->last_length += length;
}

static void on_errors(void *owner, unsigned ready) {
    struct capture *capture = owner;
    char bytes[CAPTURE_OUTPUT_MAX];
    (void)ready;
    for (unsigned i = 0; i < READS_PER_TURN; i++) {
        size_t length = take(&capture->errors, bytes);
        if (length == 0) return;
        add_errors(capture, bytes, length);
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
    if (capture->output.watch) on_output(capture, 0);
    if (capture->errors.watch) on_errors(capture, 0);
    if (how->signal != 0 && capture->error.code == ERROR_NONE) {
        error_set(
            &capture->error, ERROR_LOST, "it was killed by signal %d", how->signal);
    }
    finish(capture, how->code);
}

static struct slice last_line(struct slice words) {
    while (words.length > 0 && is_blank(words.data[words.length - 1])) words.length--;
    const char *before =
        words.length > 0 ? memrchr(words.data, '\n', words.length) : NULL;
    if (!before) return words;
    const char *end = words.data + words.length;
    return (struct slice){before + 1, (size_t)(end - before - 1)};
}

struct slice capture_last_line(const struct capture_result *result) {
    struct slice line = last_line(result->errors);
    return line.length > 0 ? line : last_line(result->output);
}
