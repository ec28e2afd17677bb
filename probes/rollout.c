/* What a rollout controller publishes on its socket: envelopes, one at once and then one
 * per change. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/rollout_place.h"
#include "io/stream.h"
#include "probes/poll.h"
#include "probes/probe.h"
#include "probes/subject.h"

#define INTERVAL_NS NS_PER_S

struct rollout_watch {
    struct probe_context *context; /* borrowed */
    struct subject subject;
    struct poll poll;
    struct stream *stream; /* NULL while waiting to connect again */
    struct buffer bytes;   /* of envelopes that are not whole yet */
    char path[FOLDER_PATH_SIZE];
    bool expected;  /* somebody configured it, or it was there: it is spoken of */
    bool published; /* somebody is there */
    bool ended;     /* nothing of the rollout runs any more */
    bool lost;      /* somebody was there and went away unasked */
};

static void on_due(void *owner);
static void on_open(void *owner);
static void on_bytes(void *owner, struct slice bytes);
static void on_end(void *owner, const struct error *why);

/* What nobody expects is no part of the target. */
static void start_to_expect(struct rollout_watch *watch) {
    if (watch->expected) return;
    watch->expected = true;
    subject_init(
        &watch->subject, watch->context, PART_ROLLOUT, STATE_TRACK_NONE, "rollout");
}

static void *start(struct probe_context *context) {
    char path[FOLDER_PATH_SIZE];
    struct error ignored;
    if (!rollout_place(context->target, path, &ignored)) return NULL;
    struct rollout_watch *watch = memory_new(sizeof *watch);
    watch->context = context;
    text_copy_cut(watch->path, sizeof watch->path, path);
    buffer_init(&watch->bytes, EVENT_SIZE_MAX + STREAM_READ_SIZE);
    if (context->target->rollout_socket[0]) start_to_expect(watch);
    poll_start(&watch->poll, context, INTERVAL_NS, on_due, watch);
    return watch;
}

static void stop(void *probe) {
    struct rollout_watch *watch = probe;
    poll_stop(&watch->poll);
    stream_free(watch->stream);
    buffer_clear(&watch->bytes);
    free(watch);
}

const struct probe_type rollout_probe = {"rollout", start, stop};

static void on_due(void *owner) {
    static const struct stream_handlers handlers = {on_open, on_bytes, on_end};
    struct rollout_watch *watch = owner;
    if (watch->expected) subject_ask(&watch->subject);
    buffer_reset(&watch->bytes);
    const struct stream_options options = {
        .path = watch->path,
        .timeout_ns = poll_timeout_ns(&watch->poll),
    };
    watch->stream = stream_connect(watch->context->loop, &options, &handlers, watch);
}

static void on_open(void *owner) {
    struct rollout_watch *watch = owner;
    start_to_expect(watch);
    subject_ask(&watch->subject);
    subject_unknown(&watch->subject, "a controller is there and has said nothing yet");
}

/* What was decoded holds no byte that could harm a screen: see event_decode(). */
static void forward(struct rollout_watch *watch, const struct event *from) {
    struct event event = {.kind = EVENT_ROLLOUT, .rollout = from->rollout};
    struct rollout_status *rollout = &event.rollout;
    rollout->known = true;
    rollout->at_ns = loop_clock_ns();
    watch->published = true;
    watch->ended = rollout->ended;
    watch->lost = false;
    subject_ask(&watch->subject);
    subject_say(&watch->subject, PART_OK, "%s", rollout_phase_name(rollout->phase));
    probe_publish(watch->context, &event);
}

/* Takes the envelopes that are whole; false when nothing can be read behind one. */
static bool take_envelopes(struct rollout_watch *watch, struct error *err) {
    for (;;) {
        struct event event;
        size_t used = 0;
        struct slice bytes = buffer_slice(&watch->bytes);
        const uint8_t *data = (const uint8_t *)bytes.data;
        switch (event_decode(data, bytes.length, &event, &used, err)) {
        case EVENT_INCOMPLETE: return true;
        case EVENT_BROKEN: return false;
        case EVENT_DECODED:
            if (event.kind == EVENT_ROLLOUT) forward(watch, &event);
            break;
        case EVENT_SKIPPED: break;
        }
        buffer_consume(&watch->bytes, used);
    }
}

static void finish(struct rollout_watch *watch) {
    stream_free(watch->stream);
    watch->stream = NULL;
    if (watch->published) {
        struct event event = {.kind = EVENT_ROLLOUT};
        probe_publish(watch->context, &event); /* known no more */
        watch->published = false;
    }
    poll_done(&watch->poll, false);
}

static void on_bytes(void *owner, struct slice bytes) {
    struct rollout_watch *watch = owner;
    struct error err = {.code = ERROR_NONE};
    bool fits = buffer_add(&watch->bytes, bytes.data, bytes.length);
    if (fits && take_envelopes(watch, &err)) return;
    subject_say(
        &watch->subject, PART_BAD, "%s", fits ? err.message : "an endless message");
    finish(watch);
}

/* Without a controller nothing is rolled out, and that is well: one may leave when it has
 * ended. One that went away in the middle of its work is missed until another one comes. */
static void on_end(void *owner, const struct error *why) {
    struct rollout_watch *watch = owner;
    (void)why;
    if (watch->published && !watch->ended) {
        watch->lost = true;
        probe_note(watch->context, NOTE_WARN, "rollout", "its controller went away");
    }
    if (watch->lost) {
        subject_say(&watch->subject, PART_SILENT, "its controller went away");
    } else if (watch->expected) {
        subject_say(&watch->subject, PART_OK, "none under way");
    }
    finish(watch);
}
