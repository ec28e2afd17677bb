/* An answer of the model as it comes in, event by event, whatever the wire format. Pure:
 * it is told what came, and knows no clock. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "agent/event_reader.h"
#include "agent/model_answer.h"
#include "agent/model_complaint.h"
#include "agent/stream_block.h"
#include "base/error.h"

struct model_stream;

/* Takes the data of one event; false when no answer can come of it. */
typedef bool (*stream_event_fn)(
    struct model_stream *stream, struct slice data, struct error *err);

struct model_stream {
    stream_event_fn take; /* of the wire format */
    struct event_reader events;
    struct stream_block block; /* under way */
    struct buffer blocks;      /* the finished ones: JSON with commas between them */
    struct buffer words;       /* text that nobody was given yet */
    enum model_stop stop;
    struct usage usage;
    bool begun;   /* a first piece of content has come */
    bool ended;   /* the last event has come */
    bool was_cut; /* a tool call was left out because its input was not whole */
    bool failed;  /* the server gave up after its 200: */
    struct model_complaint complaint; /* why */
};

void model_stream_init(struct model_stream *stream, stream_event_fn take);
void model_stream_clear(struct model_stream *stream);

/* False once no answer can come of it; `failed` says whose words `err` has. What comes
 * after the last event is ignored. */
bool model_stream_take(
    struct model_stream *stream, struct slice bytes, struct error *err);

/* At the end of the bytes: takes the event that no empty line has ended. */
bool model_stream_rest(struct model_stream *stream, struct error *err);

/* The whole answer, as it would have come at once. False, nothing owned, when the last
 * event has not come, or when a tool call was cut though nothing says so. */
bool model_stream_answer(
    struct model_stream *stream, struct model_answer *answer, struct error *err);

/* For wire formats: text for whoever listens; the server's complaint, always false. */
bool model_stream_add_words(
    struct model_stream *stream, struct slice words, struct error *err);
bool model_stream_fail(
    struct model_stream *stream, struct slice data, struct error *err);
