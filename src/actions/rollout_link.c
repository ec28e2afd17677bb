/* SPDX-License-Identifier: MIT */
#include "actions/rollout_link.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/units.h"
#include "core/event.h"
#include "core/frame.h"
#include "io/loop.h"
#include "io/stream.h"

enum {
    ORDER_BYTES_MAX = 1024,
    QUEUE_BYTES_MAX = ROLLOUT_LINK_ORDERS_MAX * ORDER_BYTES_MAX,
    READ_BYTES_MAX = 2 * EVENT_SIZE_MAX,
    BEAT_MS = 250, /* how exact the deadlines are */
};

struct pending {
    uint64_t number; /* 0 for none */
    uint64_t since_ns;
};

struct rollout_link {
    struct loop *loop; /* borrowed */
    const struct rollout_link_handlers *handlers;
    void *owner;
    struct stream *stream; /* NULL once it has ended */
    struct loop_timer *beat;
    struct buffer read; /* of an envelope that is not whole yet */
    struct buffer late; /* orders given before the line was open */
    uint64_t numbers, heard_ns;
    struct pending pending[ROLLOUT_LINK_ORDERS_MAX];
    bool *gone; /* set by rollout_link_free() for the function that calls the owner */
    struct event event; /* the one being read: too large for the stack */
};

static void on_open(void *owner);
static void on_bytes(void *owner, struct slice bytes);
static void on_stream_end(void *owner, const struct error *why);
static void on_beat(void *owner, uint64_t now_ns);

static const struct stream_handlers stream_handlers = {
    .on_open = on_open, .on_bytes = on_bytes, .on_end = on_stream_end};

struct rollout_link *rollout_link_new(
    struct loop *loop, const char *path, const struct rollout_link_handlers *handlers,
    void *owner) {
    struct rollout_link *link = memory_new(sizeof *link);
    const struct stream_options options = {
        .path = path,
        .timeout_ns = ROLLOUT_LINK_CONNECT_S * NS_PER_S,
        .queue_max_bytes = QUEUE_BYTES_MAX,
    };
    link->loop = loop;
    link->handlers = handlers;
    link->owner = owner;
    link->heard_ns = loop_now_ns(loop);
    buffer_init(&link->read, READ_BYTES_MAX);
    buffer_init(&link->late, QUEUE_BYTES_MAX);
    link->stream = stream_connect(loop, &options, &stream_handlers, link);
    link->beat = loop_every(loop, BEAT_MS * NS_PER_MS, on_beat, link);
    return link;
}

static void hang_up(struct rollout_link *link) {
    stream_free(link->stream);
    link->stream = NULL;
    loop_timer_free(link->beat);
    link->beat = NULL;
}

void rollout_link_free(struct rollout_link *link) {
    if (!link) return;
    if (link->gone) *link->gone = true;
    hang_up(link);
    buffer_clear(&link->read);
    buffer_clear(&link->late);
    free(link);
}

/* Orders */

static struct pending *pending_of(struct rollout_link *link, uint64_t number) {
    for (unsigned i = 0; i < ROLLOUT_LINK_ORDERS_MAX; i++) {
        if (link->pending[i].number == number) return &link->pending[i];
    }
    return NULL;
}

static bool send_bytes(struct rollout_link *link, const uint8_t *bytes, size_t length) {
    const struct slice frame = {(const char *)bytes, length};
    if (stream_is_open(link->stream)) return stream_write(link->stream, frame);
    return buffer_add(&link->late, bytes, length);
}

uint64_t rollout_link_order(
    struct rollout_link *link, const struct rollout_order *order) {
    uint8_t bytes[ORDER_BYTES_MAX];
    struct rollout_order numbered = *order;
    struct pending *pending = pending_of(link, 0);
    if (!link->stream || !pending) return 0;
    numbered.number = link->numbers + 1;
    size_t length = frame_encode(
        ROLLOUT_ORDER_FRAME, &rollout_order_record, &numbered, bytes, sizeof bytes);
    if (length == 0 || !send_bytes(link, bytes, length)) return 0;
    *pending = (struct pending){++link->numbers, loop_clock_ns()};
    return numbered.number;
}

static void on_open(void *owner) {
    struct rollout_link *link = owner;
    struct slice late = buffer_slice(&link->late);
    link->heard_ns = loop_now_ns(link->loop);
    if (late.length > 0) stream_write(link->stream, late);
    buffer_clear(&link->late);
}

/* What comes up. Every handler may free the link: then nothing of it is left. */

/* False when the owner has freed it. */
static bool tell_answer(
    struct rollout_link *link, const struct rollout_answer *answer,
    const struct error *why) {
    struct pending *pending = pending_of(link, answer->number);
    bool gone = false;
    if (!pending || answer->number == 0) return true; /* not ours, or too late */
    *pending = (struct pending){0};
    if (!link->handlers->on_answer) return true;
    link->gone = &gone;
    link->handlers->on_answer(link->owner, answer, why);
    if (!gone) link->gone = NULL;
    return !gone;
}

static bool tell_status(struct rollout_link *link) {
    bool gone = false;
    if (!link->handlers->on_status) return true;
    link->gone = &gone;
    link->handlers->on_status(link->owner, &link->event.rollout);
    if (!gone) link->gone = NULL;
    return !gone;
}

static bool miss_answer(
    struct rollout_link *link, uint64_t number, const struct error *why) {
    const struct rollout_answer nothing = {.number = number};
    return tell_answer(link, &nothing, why);
}

/* The last words: first of each order that nobody answered. */
static void end(struct rollout_link *link, const struct error *why) {
    const struct error reason = *why;
    hang_up(link);
    for (unsigned i = 0; i < ROLLOUT_LINK_ORDERS_MAX; i++) {
        uint64_t number = link->pending[i].number;
        if (number != 0 && !miss_answer(link, number, &reason)) return;
    }
    if (link->handlers->on_end) link->handlers->on_end(link->owner, &reason);
}

static bool take_event(struct rollout_link *link) {
    switch (link->event.kind) {
    case EVENT_ROLLOUT: return tell_status(link);
    case EVENT_ANSWER: return tell_answer(link, &link->event.answer, NULL);
    case EVENT_SESSION:
    case EVENT_PART:
    case EVENT_VALUES:
    case EVENT_HEAT:
    case EVENT_ERRORS:
    case EVENT_NOTE:
    case EVENT_RUN:
    case EVENT_CHECK:
    case EVENT_ARMED:
    case EVENT_SPLIT:
    case EVENT_VERSIONS:
    case EVENT_KEYFRAME:
    case EVENT_LOAD:
    case EVENT_LOAD_HEAT:
    case EVENT_KIND_COUNT: break; /* of a later program */
    }
    return true;
}

/* False when more bytes are needed, or there is nothing left to read for. */
static bool take_one(struct rollout_link *link) {
    struct error err = {0};
    size_t used = 0;
    const struct slice bytes = buffer_slice(&link->read);
    switch (event_decode(
        (const uint8_t *)bytes.data, bytes.length, &link->event, &used, &err)) {
    case EVENT_INCOMPLETE: return false;
    case EVENT_BROKEN:
        error_wrap(&err, "what the controller says is not understood");
        end(link, &err);
        return false;
    case EVENT_SKIPPED: buffer_consume(&link->read, used); return true;
    case EVENT_DECODED: break;
    }
    buffer_consume(&link->read, used);
    link->heard_ns = loop_now_ns(link->loop);
    return take_event(link) && link->stream != NULL;
}

static void on_bytes(void *owner, struct slice bytes) {
    struct rollout_link *link = owner;
    if (buffer_add(&link->read, bytes.data, bytes.length)) {
        while (take_one(link)) continue;
        return;
    }
    struct error err;
    error_set(&err, ERROR_LIMIT, "the controller says more than can be read");
    end(link, &err);
}

static void on_stream_end(void *owner, const struct error *why) {
    end(owner, why);
}

/* Deadlines */

static void on_beat(void *owner, uint64_t now_ns) {
    struct rollout_link *link = owner;
    struct error why;
    for (unsigned i = 0; i < ROLLOUT_LINK_ORDERS_MAX; i++) {
        const struct pending *pending = &link->pending[i];
        if (pending->number == 0 || now_ns < pending->since_ns) continue;
        if (now_ns - pending->since_ns < ROLLOUT_LINK_ANSWER_S * NS_PER_S) continue;
        error_set(
            &why, ERROR_TIMEOUT, "the controller has not answered for %d s",
            ROLLOUT_LINK_ANSWER_S);
        if (!miss_answer(link, pending->number, &why)) return;
    }
    if (!link->stream || now_ns < link->heard_ns) return;
    if (now_ns - link->heard_ns < ROLLOUT_LINK_SILENCE_S * NS_PER_S) return;
    error_set(
        &why, ERROR_TIMEOUT, "the controller has said nothing for %d s",
        ROLLOUT_LINK_SILENCE_S);
    end(link, &why);
}
