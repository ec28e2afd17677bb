/* Server-sent events of the local model, one after another, with a flaw where one is
 * wanted. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "agent/speech.h"
#include "base/json_writer.h"

struct speech_events {
    const struct speech *speech; /* borrowed, like all here */
    struct buffer *body;
    struct pieces *pieces;
    size_t flawed_event; /* which one has the flaw, from 1 */
    const char *odd;     /* the data of an event that is off the schema */
    const char *failed;  /* an event that tells of an error, whole */
    struct json_writer json;
    size_t count;      /* events so far */
    size_t data_start; /* of the event in the making */
    bool has_failed;   /* nothing comes after an error */
};

/* `name` is NULL where events have none; then `events->json` takes the data. */
void speech_event_begin(struct speech_events *events, const char *name);
/* `tokens` is how many had to be made for it. */
void speech_event_end(struct speech_events *events, uint64_t tokens);

/* The next few tokens of `rest`, at least one character and never half of one. */
struct slice speech_take(struct slice *rest, struct random *random);
uint64_t speech_tokens(size_t length);

/* The call's arguments as a JSON object. */
void speech_write_arguments(const struct speech_call *call, struct json_writer *json);

/* The two formats. */
void speech_write_messages(const struct speech *speech, struct json_writer *json);
void speech_stream_messages(struct speech_events *events);
void speech_write_completions(const struct speech *speech, struct json_writer *json);
void speech_stream_completions(struct speech_events *events);
