/* SPDX-License-Identifier: MIT */
#include "probes/subject.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

enum { WORDS_SIZE = 512 };

static void publish(const struct subject *subject) {
    struct event event;
    event_begin(&event, EVENT_PART);
    event.part = subject->part;
    probe_publish(subject->context, &event);
}

void subject_init(
    struct subject *subject, struct probe_context *context, enum part_kind kind,
    uint8_t track, const char *name) {
    *subject = (struct subject){.context = context, .unasked = true};
    subject->part.kind = (uint8_t)kind;
    subject->part.track = track;
    safe_text_copy(subject->part.name, sizeof subject->part.name, slice_of(name));
    text_copy_cut(subject->part.detail, sizeof subject->part.detail, "not asked yet");
    publish(subject);
}

void subject_ask(struct subject *subject) {
    subject->part.polled_ns = loop_clock_ns();
    subject->part.http_status = 0;
    subject->part.latency_ms = 0;
    if (!subject->unasked) return;
    subject->unasked = false;
    text_copy_cut(
        subject->part.detail, sizeof subject->part.detail, "asked, no answer yet");
    publish(subject);
}

/* The words hold what the target sent: they are made safe here, for everybody. */
static void set_detail(struct subject *subject, const char *words, va_list args) {
    char line[WORDS_SIZE];
    vsnprintf(line, sizeof line, words, args);
    safe_text_copy(subject->part.detail, sizeof subject->part.detail, slice_of(line));
}

void subject_say(
    struct subject *subject, enum part_status status, const char *words, ...) {
    va_list args;
    va_start(args, words);
    set_detail(subject, words, args);
    va_end(args);

    struct part *part = &subject->part;
    part->status = (uint8_t)status;
    part->failures = status == PART_OK ? 0 : part->failures + 1;
    if (status != PART_SILENT && status != PART_UNKNOWN) {
        part->answered_ns = loop_clock_ns();
        if (part->latency_ms <= 0) {
            part->latency_ms =
                (float)(part->answered_ns - part->polled_ns) / (float)NS_PER_MS;
        }
    }
    publish(subject);
}

void subject_failed(struct subject *subject, const struct error *error) {
    bool answered = error->code == ERROR_PROTOCOL || error->code == ERROR_LIMIT ||
                    error->code == ERROR_SYNTAX || error->code == ERROR_REPLY ||
                    error->code == ERROR_AUTH;
    subject_say(
        subject, answered ? PART_BAD : PART_SILENT, "%s%s",
        error->code == ERROR_TLS ? "TLS: " : "", probe_reason(error));
}

void subject_unknown(struct subject *subject, const char *words) {
    subject_say(subject, PART_UNKNOWN, "%s", words);
}

void subject_gone(struct subject *subject) {
    subject->part.gone = true;
    publish(subject);
    subject->part.gone = false;
}

void subject_set_version(struct subject *subject, struct slice version) {
    safe_text_copy(subject->part.version, sizeof subject->part.version, version);
}

void subject_set_reply(struct subject *subject, const struct http_reply *reply) {
    subject->part.http_status = (uint16_t)reply->status;
    subject->part.latency_ms = (float)reply->total_ns / (float)NS_PER_MS;
}
