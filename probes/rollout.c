/* What a rollout controller publishes on its socket: envelopes,
 * one at once and then one per change. While nobody is there,
 * what one on another machine publishes elsewhere. */
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
#include "probes/posted.h"
#include "probes/probe.h"
#include "probes/subject.h"

#define INTERVAL_NS NS_PER_S

struct rollout_watch {
    struct probe_context *context; /* borrowed */
    struct subject subject;
    struct poll poll;
    struct stream *stream; /* NULL while waiting to connect again */
    struct buffer bytes;   /* of envelopes that are not whole yet */
    struct posted *posted; /* elsewhere; NULL when there is no such place */
    bool heard;            /* something came by the stream that is open */
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
static void on_posted(void *owner, const struct posted_reply *reply);

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
    watch->posted = posted_new(context, on_posted, watch);
    if (context->target->rollout_socket[0] || watch->posted) start_to_expect(watch);
    poll_start(&watch->poll, context, INTERVAL_NS, on_due, watch);
    return watch;
}

static void stop(void *probe) {
    struct rollout_watch *watch = probe;
    poll_stop(&watch->poll);
    stream_free(watch->stream);
    posted_free(watch->posted);
    buffer_clear(&watch->bytes);
    free(watch);
}

const struct probe_type rollout_probe = {"rollout", start, stop};

static void on_due(void *owner) {
    static const struct stream_handlers handlers = {on_open, on_bytes, on_end};
    struct rollout_watch *watch = owner;
    if (watch->expected) subject_ask(&watch->subject);
    buffer_reset(&watch->bytes);
    watch->heard = false;
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

/* Such as what it could not publish. */
static void pass_on(struct rollout_watch *watch, const struct note *note) {
    probe_note(
        watch->context, note->level == NOTE_WARN ? NOTE_WARN : NOTE_INFO, "rollout",
        "%s", note->words);
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
            if (event.kind == EVENT_NOTE) pass_on(watch, &event.note);
            break;
        case EVENT_SKIPPED: break;
        }
        buffer_consume(&watch->bytes, used);
    }
}

static void hang_up(struct rollout_watch *watch) {
    stream_free(watch->stream);
    watch->stream = NULL;
}

/* It is known no more. */
static void withdraw(struct rollout_watch *watch) {
    struct event event = {.kind = EVENT_ROLLOUT};
    if (!watch->published) return;
    watch->published = false;
    probe_publish(watch->context, &event);
}

static void finish(struct rollout_watch *watch) {
    hang_up(watch);
    withdraw(watch);
    poll_done(&watch->poll, false);
}

static void on_bytes(void *owner, struct slice bytes) {
    struct rollout_watch *watch = owner;
    struct error err = {.code = ERROR_NONE};
    watch->heard = true;
    bool fits = buffer_add(&watch->bytes, bytes.data, bytes.length);
    if (fits && take_envelopes(watch, &err)) return;
    subject_say(
        &watch->subject, PART_BAD, "%s", fits ? err.message : "an endless message");
    finish(watch);
}

/* One that went away in the middle of its work is missed until another one comes. */
static void miss(struct rollout_watch *watch) {
    if (!watch->published || watch->ended) return;
    watch->lost = true;
    probe_note(watch->context, NOTE_WARN, "rollout", "its controller went away");
}

/* Without a controller nothing is rolled out,
 * and that is well: one may leave when it has ended. */
static void on_end(void *owner, const struct error *why) {
    struct rollout_watch *watch = owner;
    (void)why;
    if (watch->posted && !watch->heard) {
        hang_up(watch);
        posted_ask(watch->posted, poll_timeout_ns(&watch->poll));
        return;
    }
    miss(watch);
    if (watch->lost) {
        subject_say(&watch->subject, PART_SILENT, "its controller went away");
    } else if (watch->expected) {
        subject_say(&watch->subject, PART_OK, "none under way");
    }
    finish(watch);
}

/* Elsewhere */

/* Old news is no news: how old is said,
 * and what it said is not shown as if it were so. */
static void say_old(struct rollout_watch *watch, const struct posted_reply *reply) {
    const struct rollout_status *rollout = &reply->event->rollout;
    char words[STATE_DETAIL_SIZE];
    struct text text = TEXT_IN(words);
    if (rollout->ended) {
        subject_say(&watch->subject, PART_OK, "none under way");
        return;
    }
    miss(watch);
    watch->lost = true;
    text_addf(&text, "%s; silent for ", rollout_phase_name(rollout->phase));
    units_add_duration(&text, reply->age_ns);
    subject_say(&watch->subject, PART_SILENT, "%s", words);
}

static void say_nothing(struct rollout_watch *watch, const char *words) {
    miss(watch);
    if (watch->lost) {
        subject_say(&watch->subject, PART_SILENT, "its controller went away");
    } else if (*words) {
        subject_unknown(&watch->subject, words);
    } else {
        subject_say(&watch->subject, PART_OK, "none under way");
    }
}

static void on_posted(void *owner, const struct posted_reply *reply) {
    struct rollout_watch *watch = owner;
    switch (reply->kind) {
    case POSTED_FRESH: forward(watch, reply->event); break;
    case POSTED_OLD: say_old(watch, reply); break;
    case POSTED_NONE: say_nothing(watch, ""); break;
    case POSTED_SILENT: say_nothing(watch, reply->words); break;
    case POSTED_BROKEN:
        subject_say(&watch->subject, PART_BAD, "%s", reply->words);
        break;
    }
    if (reply->kind != POSTED_FRESH) withdraw(watch);
    poll_done(&watch->poll, reply->kind == POSTED_FRESH);
}
