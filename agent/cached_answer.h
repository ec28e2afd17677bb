/* An answer that is given again to the same question:
 * under which name it is kept, and in which form. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "agent/chat.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/scan.h"
#include "core/document.h"

enum {
    CACHED_KEY_SIZE = 80,
    CACHED_ANSWER_MAX = 256 * 1024, /* bytes; a longer one is not kept */
};

/* All that decides about an answer: who is asked, and every byte of the question with
 * the history before it. Who asks does not matter: the model is told no more of it than
 * what stands here. */
struct cached_question {
    const char *version; /* of the agent, and with it its tools */
    const char *model;
    struct slice system, messages;
};

/* "cache:" and the SHA-256 of it all;
 * equal questions have equal keys, and others do not. */
void cached_answer_key(
    const struct cached_question *question, char key[CACHED_KEY_SIZE]);

/* Borrows from its document, which is owned. */
struct cached_answer {
    struct document *document;
    struct slice response, turn, calls; /* as in chat_result */
};

/* {"response", "turn", "calls"}; the last two are texts of JSON in strings. */
void cached_answer_write(const struct chat_result *result, struct buffer *text);

/* False when it is none, or holds what is no JSON; then nothing is owned. */
bool cached_answer_read(
    struct cached_answer *answer, struct slice text, struct error *err);
void cached_answer_clear(struct cached_answer *answer);
