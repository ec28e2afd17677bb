/* What the local model says, in the words of
 * one of two wire formats, whole or streamed. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/messages.h"
#include "agent/pieces.h"
#include "base/buffer.h"
#include "base/scan.h"

enum { SPEECH_EVENT_MAX = 64 * 1024, SPEECH_ID_SIZE = 48 };

/* clang-format off */
/*    id                   path */
#define SPEECH_FORMATS(X) \
    X(SPEECH_MESSAGES,     "/v1/messages")         /* the Messages API */, \
    X(SPEECH_COMPLETIONS,  "/v1/chat/completions") /* OpenAI's chat completions */
/* clang-format on */

enum speech_format {
#define X(id, path) id
    SPEECH_FORMATS(X),
#undef X
    SPEECH_FORMAT_COUNT
};

/* What is wrong with how it is written, on purpose. */
enum speech_flaw {
    FLAW_NONE,
    FLAW_NONSENSE,  /* no JSON */
    FLAW_HALF_JSON, /* half a JSON text */
    FLAW_SCHEMA,    /* JSON, but not what the API promises */
    FLAW_ERROR,     /* an error event in the middle of a stream */
};

struct speech_call {
    const char *tool; /* NULL for no call */
    const char *argument_name;
    struct slice argument;
};

/* All of it is borrowed. */
struct speech {
    const char *model;
    uint64_t hash;      /* its ids are made of it */
    bool has_no_blocks; /* not even an empty text */
    struct slice words;
    struct speech_call call; /* after the words */
    enum model_stop stop;
    uint64_t input_tokens, output_tokens;
    enum speech_flaw flaw;
    bool tells_usage; /* at the end of a stream of chat completions */
};

/* Appends the whole answer to `body`. */
void speech_write(
    const struct speech *speech, enum speech_format format, struct buffer *body);

/* Appends it as server-sent events; `pieces` tells where they may be cut. */
void speech_stream(
    const struct speech *speech, enum speech_format format, struct buffer *body,
    struct pieces *pieces);
