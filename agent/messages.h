/* The wire format of the Messages API: a request out, an answer or an error in.
 * https://docs.anthropic.com/en/api/messages */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "agent/tools.h"
#include "agent/usage.h"
#include "base/buffer.h"
#include "base/error.h"
#include "core/document.h"

enum {
    MODEL_NAME_SIZE = 64,
    MODEL_CALLS_MAX = 16, /* tool calls in one answer */
    MODEL_CALL_ID_SIZE = 128,
    MODEL_TEXT_MAX = 256 * 1024,
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

/* False when it is not what the API promises; then nothing is owned. */
bool model_answer_read(
    struct model_answer *answer, struct slice body, struct error *err);
void model_answer_clear(struct model_answer *answer);

/* What an error's body says. */
struct model_complaint {
    char type[MODEL_NAME_SIZE];
    char message[ERROR_MESSAGE_SIZE]; /* safe for any screen */
    bool spend_limit; /* the month's money is gone: no use to try again */
};
void model_complaint_read(struct model_complaint *complaint, struct slice body);

struct model_question {
    const char *model;
    unsigned tokens_max;
    struct slice system;
    struct slice messages; /* JSON objects with commas between them */
    const char *user_hash; /* NULL for none */
};
void model_question_write(const struct model_question *question, struct buffer *body);
