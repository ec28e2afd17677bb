/* A message of the assistant in the format of chat completions, whole or in pieces; it
 * ends as content blocks of the Messages API.
 * https://platform.openai.com/docs/api-reference/chat */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "agent/model_answer.h"
#include "base/buffer.h"
#include "base/error.h"
#include "core/node.h"

struct openai_call {
    char id[MODEL_CALL_ID_SIZE];
    char name[TOOL_NAME_SIZE];
    struct buffer arguments; /* JSON text, perhaps not whole yet */
};

struct openai_message {
    bool is_refusal; /* its text says why the model does not want to */
    struct buffer text;
    size_t call_count;
    struct openai_call calls[MODEL_CALLS_MAX];
};

void openai_message_init(struct openai_message *message);
void openai_message_clear(struct openai_message *message);

/* Takes a whole message, or a delta of one: tool calls by their index. */
bool openai_message_add(
    struct openai_message *message, const struct node *piece, struct error *err);

/* Adds it to `blocks`, with commas between them. A call whose arguments are no whole
 * JSON object is left out, and `was_cut` set. False for a call without a name. */
bool openai_message_write(
    const struct openai_message *message, struct buffer *blocks, bool *was_cut,
    struct error *err);
