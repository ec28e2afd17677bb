/* SPDX-License-Identifier: MIT */
#include "probes/probe.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/panic.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"

enum { WORDS_SIZE = 256 };

void probe_publish(struct probe_context *context, struct event *event) {
    context->publish(context->owner, event);
}

void probe_note(
    struct probe_context *context, enum note_level level, const char *source,
    const char *words, ...) {
    char line[WORDS_SIZE];
    va_list args;
    va_start(args, words);
    vsnprintf(line, sizeof line, words, args);
    va_end(args);

    struct event event = {.kind = EVENT_NOTE};
    event.note.level = (uint8_t)level;
    text_copy_cut(event.note.source, sizeof event.note.source, source);
    safe_text_copy(event.note.words, sizeof event.note.words, slice_of(line));
    probe_publish(context, &event);
}

void probe_values(struct event *event, uint8_t track, uint64_t step_ns) {
    event_begin(event, EVENT_VALUES);
    event->values.track = track;
    event->values.step_ms = (uint32_t)(step_ns / NS_PER_MS);
}

void probe_value(struct event *event, enum metric metric, double value) {
    struct values_event *values = &event->values;
    ensure(values->count < EVENT_VALUES_MAX);
    values->items[values->count].metric = (uint8_t)metric;
    values->items[values->count].value = (float)value;
    values->count++;
}

const char *probe_reason(const struct error *error) {
    const char *last = error->message;
    for (const char *at = last; (at = strstr(at, ": ")); last = at) at += 2;
    /* OpenSSL: "error:0A00010B:SSL routines::wrong version number" */
    const char *routine = error->code == ERROR_TLS ? strstr(last, "::") : NULL;
    if (routine) last = routine + 2;
    return *last ? last : error_code_name(error->code);
}
