/* SPDX-License-Identifier: MIT */
#include "actions/rollout_launch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/units.h"
#include "core/event.h"
#include "core/frame.h"
#include "io/loop.h"
#include "io/process.h"
#include "io/stream.h"

enum { PLAN_BYTES_MAX = 4096 };

struct rollout_launch {
    struct loop *loop; /* borrowed */
    rollout_launched_fn on_launched;
    void *owner;
    struct process *process; /* NULL once it is gone */
    struct stream *stream;   /* NULL once it has said what it had to */
    struct loop_timer *limit;
    struct buffer read;
    struct process_exit how;
    bool accepted;
    struct event event; /* large */
};

static void on_bytes(void *owner, struct slice bytes);
static void on_stream_end(void *owner, const struct error *why);
static void on_exit_of(void *owner, const struct process_exit *how);
static void on_limit(void *owner, uint64_t now_ns);

static const struct stream_handlers stream_handlers = {
    .on_bytes = on_bytes, .on_end = on_stream_end};

/* Its stdin and stdout are one socket. A session of its own and a leash that nobody holds:
 * neither the terminal nor our end reaches it. */
static bool start_process(
    struct rollout_launch *launch, const struct rollout_launch_options *options,
    struct error *err) {
    int ends[2];
    const char *args[ROLLOUT_LAUNCH_ARGS_MAX + 2] = {options->program};
    for (size_t i = 0; options->args && options->args[i]; i++) {
        if (i == ROLLOUT_LAUNCH_ARGS_MAX) {
            return error_set(err, ERROR_LIMIT, "too many arguments");
        }
        args[i + 1] = options->args[i];
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return error_set(err, ERROR_SYSTEM, "%s", strerrordesc_np(errno));
    }
    const struct process_options how = {
        .args = args,
        .stdin_fd = ends[1],
        .stdout_fd = ends[1],
        .stderr_fd = -1,
        .own_session = true,
        .leash_only = true,
    };
    launch->process = process_start(launch->loop, &how, on_exit_of, launch, err);
    close(ends[1]);
    if (!launch->process) {
        close(ends[0]);
        return false;
    }
    launch->stream = stream_of_socket(launch->loop, ends[0], PLAN_BYTES_MAX);
    stream_attend(launch->stream, &stream_handlers, launch);
    return true;
}

static bool send_plan(
    struct rollout_launch *launch, const struct rollout_plan *plan, struct error *err) {
    uint8_t bytes[PLAN_BYTES_MAX];
    size_t length = frame_encode(
        ROLLOUT_PLAN_FRAME, &rollout_plan_record, plan, bytes, sizeof bytes);
    const struct slice frame = {(const char *)bytes, length};
    if (length == 0 || !stream_write(launch->stream, frame)) {
        return error_set(err, ERROR_LIMIT, "the plan is too large");
    }
    return true;
}

struct rollout_launch *rollout_launch_start(
    struct loop *loop, const struct rollout_launch_options *options,
    struct error *err) {
    struct rollout_launch *launch = memory_new(sizeof *launch);
    launch->loop = loop;
    launch->on_launched = options->on_launched;
    launch->owner = options->owner;
    buffer_init(&launch->read, 2 * EVENT_SIZE_MAX);
    launch->limit = loop_after(loop, ROLLOUT_LAUNCH_S * NS_PER_S, on_limit, launch);
    if (start_process(launch, options, err) && send_plan(launch, options->plan, err)) {
        return launch;
    }
    rollout_launch_free(launch);
    return NULL;
}

static void hang_up(struct rollout_launch *launch) {
    loop_timer_free(launch->limit);
    launch->limit = NULL;
    stream_free(launch->stream);
    launch->stream = NULL;
}

void rollout_launch_free(struct rollout_launch *launch) {
    if (!launch) return;
    hang_up(launch);
    if (launch->accepted) {
        process_release(launch->process);
    } else {
        process_free(launch->process);
    }
    buffer_clear(&launch->read);
    free(launch);
}

pid_t rollout_launch_pid(const struct rollout_launch *launch) {
    return launch->process ? process_pid(launch->process) : 0;
}

/* What it says, or why it says nothing. */
static void finish(
    struct rollout_launch *launch, const struct rollout_answer *answer,
    const struct error *why) {
    rollout_launched_fn on_launched = launch->on_launched;
    launch->on_launched = NULL;
    hang_up(launch);
    if (on_launched) on_launched(launch->owner, answer, why);
}

static void take_answer(struct rollout_launch *launch) {
    const struct rollout_answer answer = launch->event.answer;
    launch->accepted = answer.accepted;
    finish(launch, &answer, NULL);
}

static void on_bytes(void *owner, struct slice bytes) {
    struct rollout_launch *launch = owner;
    struct error why = {0};
    size_t used = 0;
    if (!buffer_add(&launch->read, bytes.data, bytes.length)) {
        error_set(&why, ERROR_LIMIT, "the controller says more than can be read");
        finish(launch, NULL, &why);
        return;
    }
    const struct slice read = buffer_slice(&launch->read);
    switch (event_decode(
        (const uint8_t *)read.data, read.length, &launch->event, &used, &why)) {
    case EVENT_INCOMPLETE: return;
    case EVENT_DECODED:
        if (launch->event.kind == EVENT_ANSWER) {
            take_answer(launch);
            return;
        }
        error_set(&why, ERROR_PROTOCOL, "it begins with no answer");
        break;
    case EVENT_SKIPPED:
        error_set(&why, ERROR_PROTOCOL, "it is of another version");
        break;
    case EVENT_BROKEN: break;
    }
    error_wrap(&why, "what the controller says is not understood");
    finish(launch, NULL, &why);
}

static void describe_end(const struct rollout_launch *launch, struct error *why) {
    if (launch->how.signal != 0) {
        error_set(
            why, ERROR_LOST, "the controller was killed by signal %d (%s)",
            launch->how.signal, strsignal(launch->how.signal));
        return;
    }
    error_set(why, ERROR_LOST, "the controller ended with code %d", launch->how.code);
}

/* How the process ended says more: it is waited for, within the limit. */
static void on_stream_end(void *owner, const struct error *why) {
    struct rollout_launch *launch = owner;
    struct error reason;
    (void)why;
    stream_free(launch->stream);
    launch->stream = NULL;
    if (launch->process) return;
    describe_end(launch, &reason);
    finish(launch, NULL, &reason);
}

static void on_exit_of(void *owner, const struct process_exit *how) {
    struct rollout_launch *launch = owner;
    struct error reason;
    launch->process = NULL;
    launch->how = *how;
    if (launch->stream || !launch->on_launched) return;
    describe_end(launch, &reason);
    finish(launch, NULL, &reason);
}

static void on_limit(void *owner, uint64_t now_ns) {
    struct rollout_launch *launch = owner;
    struct error why;
    (void)now_ns;
    launch->limit = NULL;
    error_set(
        &why, ERROR_TIMEOUT, "the controller has said nothing for %d s",
        ROLLOUT_LAUNCH_S);
    finish(launch, NULL, &why);
}
