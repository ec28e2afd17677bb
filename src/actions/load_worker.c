/* SPDX-License-Identifier: MIT */
#include "actions/load_worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "core/frame.h"
#include "io/loop.h"
#include "io/process.h"
#include "io/stream.h"

enum { READ_BYTES_MAX = 2 * FRAME_SIZE_MAX, CONTROL_BYTES_MAX = 256 };

struct load_worker {
    struct loop *loop; /* borrowed */
    struct load_worker_options options;
    struct process *process; /* NULL once it is gone */
    pid_t pid;
    struct stream *stream; /* NULL once it has ended */
    struct buffer read;    /* of a frame that is not whole yet */
    struct process_exit how;
    bool ended;                 /* the last report has come */
    struct error broken;        /* what it said that nobody understands */
    struct loop_timer *parting; /* both are gone: on_end is due */
};

static void on_bytes(void *owner, struct slice bytes);
static void on_stream_end(void *owner, const struct error *why);
static void on_exit_of(void *owner, const struct process_exit *how);
static void on_parting(void *owner, uint64_t now_ns);

static const struct stream_handlers stream_handlers = {
    .on_bytes = on_bytes, .on_end = on_stream_end};

/* Its stdin and stdout are one socket, whose end is its leash. */
static bool start_process(struct load_worker *worker, struct error *err) {
    int ends[2];
    const char *const args[] = {worker->options.program, NULL};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return error_set(
            err, ERROR_SYSTEM, "a socket for %s: %s", worker->options.program,
            strerrordesc_np(errno));
    }
    const struct process_options options = {
        .args = args,
        .stdin_fd = ends[1],
        .stdout_fd = ends[1],
        .stderr_fd = worker->options.stderr_fd,
        .own_session = true, /* Ctrl-C is for us: it is told to stop */
    };
    worker->process = process_start(worker->loop, &options, on_exit_of, worker, err);
    close(ends[1]);
    if (!worker->process) {
        close(ends[0]);
        return false;
    }
    worker->pid = process_pid(worker->process);
    worker->stream = stream_of_socket(worker->loop, ends[0], FRAME_SIZE_MAX);
    stream_attend(worker->stream, &stream_handlers, worker);
    return true;
}

static bool send_plan(struct load_worker *worker, struct error *err) {
    uint8_t *bytes = memory_new(FRAME_SIZE_MAX);
    size_t length = load_message_encode(
        LOAD_MESSAGE_PLAN, worker->options.plan, bytes, FRAME_SIZE_MAX);
    const struct slice frame = {(const char *)bytes, length};
    bool sent = length > 0 && stream_write(worker->stream, frame);
    /* A plan holds the target's credentials. */
    explicit_bzero(bytes, length);
    free(bytes);
    worker->options.plan = NULL;
    return sent || error_set(err, ERROR_LIMIT, "the plan is too large for a generator");
}

struct load_worker *load_worker_start(
    struct loop *loop, const struct load_worker_options *options, struct error *err) {
    struct load_worker *worker = memory_new(sizeof *worker);
    worker->loop = loop;
    worker->options = *options;
    buffer_init(&worker->read, READ_BYTES_MAX);
    if (start_process(worker, err) && send_plan(worker, err)) return worker;
    load_worker_free(worker);
    return NULL;
}

void load_worker_free(struct load_worker *worker) {
    if (!worker) return;
    loop_timer_free(worker->parting);
    stream_free(worker->stream);
    process_free(worker->process);
    buffer_clear(&worker->read);
    free(worker);
}

void load_worker_control(
    struct load_worker *worker, const struct load_control *control) {
    uint8_t bytes[CONTROL_BYTES_MAX];
    size_t length =
        load_message_encode(LOAD_MESSAGE_CONTROL, control, bytes, sizeof bytes);
    if (!worker->stream || !stream_is_open(worker->stream)) return;
    stream_write(worker->stream, (struct slice){(const char *)bytes, length});
}

void load_worker_end(struct load_worker *worker, uint64_t grace_ns) {
    if (worker->process) process_stop(worker->process, grace_ns);
}

pid_t load_worker_pid(const struct load_worker *worker) {
    return worker->pid;
}

static void give_up(struct load_worker *worker, const struct error *err) {
    worker->broken = *err;
    if (worker->process) process_stop(worker->process, 0);
}

static bool take_ready(
    struct load_worker *worker, const struct frame *frame, struct error *err) {
    struct load_ready ready = {0};
    if (!load_message_read(frame, LOAD_MESSAGE_READY, &ready, err)) return false;
    worker->options.handlers->on_ready(
        worker->options.owner, worker->options.index, &ready);
    return true;
}

static bool take_report(
    struct load_worker *worker, const struct frame *frame, struct error *err) {
    struct load_report *report = worker->options.scratch;
    load_report_next(report);
    if (!load_message_read(frame, LOAD_MESSAGE_REPORT, report, err)) {
        memset(report, 0, sizeof *report);
        return false;
    }
    worker->ended = worker->ended || report->ended != LOAD_RUNS;
    worker->options.handlers->on_report(
        worker->options.owner, worker->options.index, report);
    return true;
}

static bool take_frame(
    struct load_worker *worker, const struct frame *frame, struct error *err) {
    switch ((enum load_message)frame->kind) {
    case LOAD_MESSAGE_READY: return take_ready(worker, frame, err);
    case LOAD_MESSAGE_REPORT: return take_report(worker, frame, err);
    case LOAD_MESSAGE_NONE:
    case LOAD_MESSAGE_PLAN:
    case LOAD_MESSAGE_CONTROL:
    case LOAD_MESSAGE_COUNT: break;
    }
    return error_set(err, ERROR_PROTOCOL, "a message of kind %u", frame->kind);
}

/* False when more bytes are needed, or nothing can be read any more. */
static bool take_one(struct load_worker *worker) {
    struct frame frame;
    struct error err = {0};
    struct slice bytes = buffer_slice(&worker->read);
    switch (frame_find((const uint8_t *)bytes.data, bytes.length, &frame, &err)) {
    case FRAME_INCOMPLETE: return false;
    case FRAME_BROKEN: give_up(worker, &err); return false;
    case FRAME_WHOLE: break;
    }
    if (!take_frame(worker, &frame, &err)) {
        give_up(worker, &err);
        return false;
    }
    buffer_consume(&worker->read, frame.used);
    return true;
}

static void on_bytes(void *owner, struct slice bytes) {
    struct load_worker *worker = owner;
    if (worker->broken.code != ERROR_NONE) return;
    if (!buffer_add(&worker->read, bytes.data, bytes.length)) {
        struct error err;
        error_set(&err, ERROR_LIMIT, "a report that is too long");
        give_up(worker, &err);
        return;
    }
    while (take_one(worker)) continue;
}

static void part(struct load_worker *worker) {
    if (worker->process || worker->stream || worker->parting) return;
    worker->parting = loop_soon(worker->loop, on_parting, worker);
}

static void on_stream_end(void *owner, const struct error *why) {
    struct load_worker *worker = owner;
    (void)why; /* how the process ended says more */
    stream_free(worker->stream);
    worker->stream = NULL;
    part(worker);
}

static void on_exit_of(void *owner, const struct process_exit *how) {
    struct load_worker *worker = owner;
    worker->process = NULL;
    worker->how = *how;
    part(worker);
}

static void describe_end(const struct load_worker *worker, struct error *why) {
    *why = (struct error){0};
    if (worker->broken.code != ERROR_NONE) {
        *why = worker->broken;
        error_wrap(why, "what it reports is not understood");
    } else if (worker->ended) {
        return;
    } else if (worker->how.signal != 0) {
        error_set(
            why, ERROR_LOST, "killed by signal %d (%s)", worker->how.signal,
            strsignal(worker->how.signal));
    } else {
        error_set(why, ERROR_LOST, "ended with code %d", worker->how.code);
    }
    error_wrap(
        why, "generator %u (pid %d)", (unsigned)worker->options.index + 1,
        (int)worker->pid);
}

static void on_parting(void *owner, uint64_t now_ns) {
    struct load_worker *worker = owner;
    struct error why;
    (void)now_ns;
    worker->parting = NULL;
    describe_end(worker, &why);
    worker->options.handlers->on_end(
        worker->options.owner, worker->options.index, &why);
}
