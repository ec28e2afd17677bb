/* What the model is asked and what it answers, whatever the wire format:
 * messages and content blocks are those of the Messages API,
 * which every other format is turned into. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "agent/tools.h"
#include "agent/usage.h"
#include "base/buffer.h"
#include "core/document.h"

enum {
    MODEL_NAME_SIZE = 64,
    MODEL_CALLS_MAX = 16, /* tool calls in one answer */
    MODEL_CALL_ID_SIZE = 128,
    MODEL_TEXT_MAX = 256 * 1024,
    MODEL_ANSWER_MAX = 4 * 1024 * 1024,   /* bytes of an answer on the wire */
    MODEL_QUESTION_MAX = 4 * 1024 * 1024, /* and of a question */
};

/* clang-format off */
/*    id                 name */
#define MODEL_STOPS(X) \
    X(STOP_END_TURN,     "end_turn"), \
    X(STOP_MAX_TOKENS,   "max_tokens"), \
    X(STOP_SEQUENCE,     "stop_sequence"), \
    X(STOP_TOOL_USE,     "tool_use"), \
    X(STOP_PAUSE_TURN,   "pause_turn")  /* send it again as it is */, \
    X(STOP_REFUSAL,      "refusal"), \
    X(STOP_CONTEXT,      "model_context_window_exceeded"), \
    X(STOP_OTHER,        "other")       /* a newer one: read as the end of the turn */
/* clang-format on */

enum model_stop {
#define X(id, name) id
    MODEL_STOPS(X),
#undef X
    STOP_COUNT
};

const char *model_stop_name(enum model_stop stop);

struct model_call {
    char id[MODEL_CALL_ID_SIZE];
    char name[TOOL_NAME_SIZE];
    const struct node *input; /* borrowed from the answer's document */
};

struct model_answer {
    struct document *document; /* owned; all below borrows from it */
    const struct node *content;
    enum model_stop stop;
    struct usage usage;
    struct buffer text; /* of all text blocks */
    size_t call_count;
    struct model_call calls[MODEL_CALLS_MAX];
};

void model_answer_clear(struct model_answer *answer);

struct model_question {
    const char *model;
    bool stream; /* the answer is wanted piece by piece */
    unsigned tokens_max;
    struct slice system;
    struct slice messages; /* JSON objects with commas between them */
    const char *user_hash; /* NULL for none */
};
