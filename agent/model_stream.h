/* An answer of the model as it comes in, event by event, whatever the wire format.
 * Pure: it is told what came, and knows no clock. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "agent/event_reader.h"
#include "agent/model_answer.h"
#include "agent/model_complaint.h"
#include "agent/openai_message.h"
#include "agent/stream_block.h"
#include "base/error.h"

struct model_stream;

/* How a wire format streams. Both are false when no answer can come of it. */
struct stream_format {
    /* Takes the data of one event. */
    bool (*take)(struct model_stream *stream, struct slice data, struct error *err);
    /* The bytes have ended though no last event has come. */
    bool (*end)(struct model_stream *stream, struct error *err);
};

struct model_stream {
    const struct stream_format *format;
    struct event_reader events;
    struct stream_block block;     /* under way, of the Messages API */
    struct openai_message message; /* of chat completions */
    struct buffer blocks;          /* finished content: JSON with commas between it */
    struct buffer words;           /* text that nobody was given yet */
    enum model_stop stop;
    struct usage usage;
    bool begun;   /* a first piece of content has come */
    bool stopped; /* it was said why the model stopped */
    bool ended;   /* the last event has come */
    bool was_cut; /* a tool call is left out because its input was not whole */
    bool failed;  /* the server gave up after its 200: */
    struct model_complaint complaint; /* why */
};

void model_stream_init(struct model_stream *stream, const struct stream_format *format);
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
