/* The wire format of chat completions, as OpenAI and many servers of others speak it: a
 * request out, an answer in. Questions and answers are those of the Messages API; what
 * only that knows, such as thinking, is left out.
 * https://platform.openai.com/docs/api-reference/chat */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "agent/model_answer.h"
#include "agent/model_stream.h"
#include "base/buffer.h"
#include "base/error.h"

/* False when the messages of the question are none, or past the limit of `body`. */
bool openai_write(
    const struct model_question *question, struct buffer *body, struct error *err);

/* False when it is not what the format promises; then nothing is owned. */
bool openai_read(struct model_answer *answer, struct slice body, struct error *err);

/* Chunks, the last of them "[DONE]";
 * a server that leaves it out is understood as well. */
extern const struct stream_format openai_stream;
