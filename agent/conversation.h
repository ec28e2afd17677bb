/* The messages of one chat: what was said before, by whole turns, and this turn. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/scan.h"
#include "core/node.h"

enum {
    CONVERSATION_TURNS_MAX = 20,              /* kept in Redis and sent along */
    CONVERSATION_HISTORY_MAX = 48 * 1024,     /* bytes of them */
    CONVERSATION_TURN_MAX = 64 * 1024,        /* a longer turn is not kept */
    CONVERSATION_BYTES_MAX = 2 * 1024 * 1024, /* with all rounds of tools */
};

struct conversation {
    struct buffer messages; /* JSON objects with commas between them */
    size_t turn_start;      /* where the messages of this turn begin */
    size_t turn_count;      /* turns of the past */
};

void conversation_init(struct conversation *conversation);
void conversation_clear(struct conversation *conversation);

/* The past, oldest first; each turn is a JSON list of messages,
 * from a user's question to the answer without calls.
 * What does not read so is left out, and so are the oldest past the limits:
 * never half a turn, since a tool's result without its call is refused. */
void conversation_add_history(
    struct conversation *conversation, const struct slice *turns, size_t count);

/* The index of the first of `count` turns that is sent along. */
size_t conversation_first_kept(const struct slice *turns, size_t count);

/* This turn's messages. */
void conversation_add_question(struct conversation *conversation, struct slice words);
/* An answer's content as it came, blocks that nobody here knows included. */
void conversation_add_answer(
    struct conversation *conversation, const struct node *content);
/* One message with all tool results: a JSON list. */
void conversation_add_results(struct conversation *conversation, struct slice results);

struct slice conversation_messages(const struct conversation *conversation);
/* This turn as a JSON list; false when it is too long to keep. */
bool conversation_write_turn(
    const struct conversation *conversation, struct buffer *turn);
