/* SPDX-License-Identifier: MIT */
#include "io/log_stream.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/stream.h"

enum { LENGTH_DIGITS_MAX = 5 };

struct sender {
    struct log_stream *log; /* borrowed */
    struct stream *stream;  /* NULL: a free place */
    struct buffer rest;     /* of a line that has not come whole */
};

struct log_stream {
    struct listener *listener;
    struct sender senders[LOG_STREAM_SENDERS_MAX];
    log_line_fn on_line;
    void *owner;
    uint64_t broken_count;
    bool *gone; /* set by log_stream_free() for the function that calls the owner */
};

static void hang_up(struct sender *sender) {
    stream_free(sender->stream);
    sender->stream = NULL;
    buffer_clear(&sender->rest);
}

static void on_end(void *owner, const struct error *why) {
    (void)why;
    hang_up(owner);
}

/* "198 ": false when it has not come whole, or is wrong. */
static bool take_length(struct scan *scan, size_t *length, bool *wrong) {
    struct slice rest = scan_rest(scan);
    uint64_t value = 0;
    size_t digits = 0;
    while (digits < rest.length && rest.data[digits] != ' ') digits++;
    bool is_whole = digits < rest.length;
    struct slice number = {rest.data, digits};
    if (digits > LENGTH_DIGITS_MAX ||
        (is_whole && (!slice_u64(number, &value) || value > LOG_STREAM_LINE_MAX))) {
        *wrong = true;
    }
    if (!is_whole || *wrong) return false;
    scan_until(scan, ' ');
    *length = (size_t)value;
    return true;
}

/* False when the owner freed the log. */
static bool deliver(struct log_stream *log, struct slice line) {
    bool gone = false;
    log->gone = &gone;
    log->on_line(log->owner, line);
    if (gone) return false;
    log->gone = NULL;
    return true;
}

static void on_bytes(void *owner, struct slice bytes) {
    struct sender *sender = owner;
    struct log_stream *log = sender->log;
    bool wrong = !buffer_add(&sender->rest, bytes.data, bytes.length);
    struct scan scan = scan_of(buffer_slice(&sender->rest));
    size_t length = 0, used = 0;
    while (!wrong && take_length(&scan, &length, &wrong)) {
        struct slice rest = scan_rest(&scan);
        if (rest.length < length) break;
        if (!deliver(log, (struct slice){rest.data, length})) return;
        scan.at += length;
        used = sender->rest.length - scan_rest(&scan).length;
    }
    if (wrong) {
        log->broken_count++;
        hang_up(sender);
    } else {
        buffer_consume(&sender->rest, used);
    }
}

static const struct stream_handlers handlers = {.on_bytes = on_bytes, .on_end = on_end};

static void on_accept(void *owner, struct stream *stream) {
    struct log_stream *log = owner;
    struct sender *sender = NULL;
    for (unsigned i = 0; i < LOG_STREAM_SENDERS_MAX && !sender; i++) {
        if (!log->senders[i].stream) sender = &log->senders[i];
    }
    if (!sender) {
        stream_free(stream);
        return;
    }
    sender->log = log;
    sender->stream = stream;
    buffer_init(
        &sender->rest, LOG_STREAM_LINE_MAX + LENGTH_DIGITS_MAX + 1 + STREAM_READ_SIZE);
    stream_attend(stream, &handlers, sender);
}

struct log_stream *log_stream_new(
    struct loop *loop, const char *path, log_line_fn on_line, void *owner,
    struct error *err) {
    struct log_stream *log = memory_new(sizeof *log);
    const struct listener_options options = {.path = path};
    log->on_line = on_line;
    log->owner = owner;
    log->listener = listener_new(loop, &options, on_accept, log, err);
    if (log->listener) return log;
    free(log);
    return NULL;
}

void log_stream_free(struct log_stream *log) {
    if (!log) return;
    if (log->gone) *log->gone = true;
    listener_free(log->listener);
    for (unsigned i = 0; i < LOG_STREAM_SENDERS_MAX; i++) {
        if (log->senders[i].stream) hang_up(&log->senders[i]);
    }
    free(log);
}

uint64_t log_stream_broken_count(const struct log_stream *log) {
    return log->broken_count;
}

unsigned log_stream_sender_count(const struct log_stream *log) {
    unsigned count = 0;
    for (unsigned i = 0; i < LOG_STREAM_SENDERS_MAX; i++) {
        count += log->senders[i].stream != NULL;
    }
    return count;
}
