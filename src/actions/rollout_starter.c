/* SPDX-License-Identifier: MIT */
#include "actions/rollout_starter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/safe_text.h"
#include "base/units.h"
#include "core/event.h"
#include "core/frame.h"
#include "io/loop.h"
#include "io/process.h"
#include "io/stream.h"

enum { LAUNCH_BYTES_MAX = 256 * 1024, ANSWER_BYTES_MAX = 4096, LAST_WORDS_MAX = 160 };

struct rollout_starter {
    struct loop *loop; /* borrowed */
    rollout_started_fn on_started;
    void *owner;
    struct process *process; /* NULL once it is gone */
    struct stream *stream;   /* NULL once it has said what it had to */
    int last_words;          /* its stderr, until it has answered; -1 for none */
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

/* Where it writes why it cannot begin,
 * if it comes to that; at most what a pipe holds. */
static int open_last_words(struct rollout_starter *starter) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
    starter->last_words = ends[0];
    return ends[1];
}

/* Its stdin and stdout are one socket. A session of its own and a leash that nobody
 * holds: neither the terminal nor our end reaches it. */
static bool start_process(
    struct rollout_starter *starter, const struct rollout_starter_options *options,
    struct error *err) {
    int ends[2];
    const char *args[ROLLOUT_STARTER_ARGS_MAX + 2] = {options->program};
    for (size_t i = 0; options->args && options->args[i]; i++) {
        if (i == ROLLOUT_STARTER_ARGS_MAX) {
            return error_set(err, ERROR_LIMIT, "too many arguments");
        }
        args[i + 1] = options->args[i];
    }
    int stderr_fd = open_last_words(starter);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        int number = errno;
        if (stderr_fd >= 0) close(stderr_fd);
        return error_set(err, ERROR_SYSTEM, "%s", strerrordesc_np(number));
    }
    const struct process_options how = {
        .args = args,
        .stdin_fd = ends[1],
        .stdout_fd = ends[1],
        .stderr_fd = stderr_fd,
        .own_session = true,
        .leash_only = true,
    };
    starter->process = process_start(starter->loop, &how, on_exit_of, starter, err);
    close(ends[1]);
    if (stderr_fd >= 0) close(stderr_fd);
    if (!starter->process) {
        close(ends[0]);
        return false;
    }
    starter->stream = stream_of_socket(starter->loop, ends[0], LAUNCH_BYTES_MAX);
    stream_attend(starter->stream, &stream_handlers, starter);
    return true;
}

static bool send_launch(
    struct rollout_starter *starter, const struct rollout_launch *launch,
    struct error *err) {
    uint8_t *bytes = memory_new(LAUNCH_BYTES_MAX);
    size_t length = frame_encode(
        ROLLOUT_LAUNCH_FRAME, &rollout_launch_record, launch, bytes, LAUNCH_BYTES_MAX);
    const struct slice frame = {(const char *)bytes, length};
    bool sent = length > 0 && stream_write(starter->stream, frame);
    /* The target holds its credentials. */
    explicit_bzero(bytes, length);
    free(bytes);
    return sent ||
           error_set(err, ERROR_LIMIT, "the target is too large for a controller");
}

struct rollout_starter *rollout_starter_new(
    struct loop *loop, const struct rollout_starter_options *options,
    struct error *err) {
    struct rollout_starter *starter = memory_new(sizeof *starter);
    starter->loop = loop;
    starter->last_words = -1;
    starter->on_started = options->on_started;
    starter->owner = options->owner;
    buffer_init(&starter->read, ANSWER_BYTES_MAX);
    starter->limit = loop_after(loop, ROLLOUT_STARTER_S * NS_PER_S, on_limit, starter);
    if (start_process(starter, options, err) &&
        send_launch(starter, options->launch, err)) {
        return starter;
    }
    rollout_starter_free(starter);
    return NULL;
}

static void hang_up(struct rollout_starter *starter) {
    loop_timer_free(starter->limit);
    starter->limit = NULL;
    stream_free(starter->stream);
    starter->stream = NULL;
    if (starter->last_words >= 0) close(starter->last_words);
    starter->last_words = -1;
}

void rollout_starter_free(struct rollout_starter *starter) {
    if (!starter) return;
    hang_up(starter);
    if (starter->accepted) {
        process_release(starter->process);
    } else {
        process_free(starter->process);
    }
    buffer_clear(&starter->read);
    free(starter);
}

pid_t rollout_starter_pid(const struct rollout_starter *starter) {
    return starter->process ? process_pid(starter->process) : 0;
}

/* What it says, or why it says nothing. */
static void finish(
    struct rollout_starter *starter, const struct rollout_answer *answer,
    const struct error *why) {
    rollout_started_fn on_started = starter->on_started;
    starter->on_started = NULL;
    hang_up(starter);
    if (on_started) on_started(starter->owner, answer, why);
}

/* False when more bytes are needed,
 * or nothing can be made of them: `err` says so then. */
static bool take_answer(struct rollout_starter *starter, struct error *err) {
    size_t used = 0;
    const struct slice read = buffer_slice(&starter->read);
    switch (event_decode(
        (const uint8_t *)read.data, read.length, &starter->event, &used, err)) {
    case EVENT_INCOMPLETE:
    case EVENT_BROKEN: return false;
    case EVENT_SKIPPED:
        return error_set(err, ERROR_PROTOCOL, "it is of another version");
    case EVENT_DECODED: break;
    }
    if (starter->event.kind == EVENT_ANSWER) return true;
    return error_set(err, ERROR_PROTOCOL, "it begins with no answer");
}

static void on_bytes(void *owner, struct slice bytes) {
    struct rollout_starter *starter = owner;
    struct error why = {0};
    if (!buffer_add(&starter->read, bytes.data, bytes.length)) {
        error_set(&why, ERROR_LIMIT, "more than an answer");
    } else if (take_answer(starter, &why)) {
        const struct rollout_answer answer = starter->event.answer;
        starter->accepted = answer.accepted;
        finish(starter, &answer, NULL);
        return;
    }
    if (why.code == ERROR_NONE) return;
    error_wrap(&why, "what the controller says is not understood");
    finish(starter, NULL, &why);
}

static void describe_end(const struct rollout_starter *starter, struct error *why) {
    if (starter->how.signal != 0) {
        error_set(
            why, ERROR_LOST, "the controller was killed by signal %d (%s)",
            starter->how.signal, strsignal(starter->how.signal));
        return;
    }
    char said[LAST_WORDS_MAX], words[2 * LAST_WORDS_MAX];
    ssize_t length = read(starter->last_words, said, sizeof said);
    struct scan scan = scan_of((struct slice){said, length > 0 ? (size_t)length : 0});
    struct slice line = {0};
    scan_line(&scan, &line);
    safe_text_copy(words, sizeof words, line);
    error_set(
        why, ERROR_LOST, "the controller ended with code %d%s%s", starter->how.code,
        words[0] ? ": " : "", words);
}

/* How the process ended says more: it is waited for, within the limit. */
static void on_stream_end(void *owner, const struct error *why) {
    struct rollout_starter *starter = owner;
    struct error reason;
    (void)why;
    stream_free(starter->stream);
    starter->stream = NULL;
    if (starter->process) return;
    describe_end(starter, &reason);
    finish(starter, NULL, &reason);
}

static void on_exit_of(void *owner, const struct process_exit *how) {
    struct rollout_starter *starter = owner;
    struct error reason;
    starter->process = NULL;
    starter->how = *how;
    if (starter->stream || !starter->on_started) return;
    describe_end(starter, &reason);
    finish(starter, NULL, &reason);
}

static void on_limit(void *owner, uint64_t now_ns) {
    struct rollout_starter *starter = owner;
    struct error why;
    (void)now_ns;
    starter->limit = NULL;
    error_set(
        &why, ERROR_TIMEOUT, "the controller has said nothing for %d s",
        ROLLOUT_STARTER_S);
    finish(starter, NULL, &why);
}
