/* A content block of the Messages API that comes in pieces. What nobody here knows is
 * kept as it came: such a block may have to be sent back untouched. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "core/node.h"

/* clang-format off */
/*    id               delta              its value        field of the block   how */
#define BLOCK_DELTAS(X) \
    X(DELTA_TEXT,      "text_delta",       "text",         "text",      DELTA_APPENDS), \
    X(DELTA_THINKING,  "thinking_delta",   "thinking",     "thinking",  DELTA_APPENDS), \
    X(DELTA_SIGNATURE, "signature_delta",  "signature",    "signature", DELTA_REPLACES), \
    X(DELTA_INPUT,     "input_json_delta", "partial_json", "input",     DELTA_IS_JSON), \
    X(DELTA_CITATIONS, "citations_delta",  "citation",     "citations", DELTA_IS_ITEM)
/* clang-format on */

enum block_delta {
#define X(id, delta, value, field, how) id
    BLOCK_DELTAS(X),
#undef X
    DELTA_COUNT
};

struct stream_block {
    bool open;
    bool is_text; /* its words are for the user */
    int64_t index;
    struct buffer start;               /* the block as it began: JSON */
    struct buffer deltas[DELTA_COUNT]; /* what came since then */
};

void stream_block_init(struct stream_block *block);
void stream_block_clear(struct stream_block *block);

/* False when it is no block. */
bool stream_block_open(
    struct stream_block *block, int64_t index, const struct node *start,
    struct error *err);

/* Takes a delta; kinds that nobody here knows are passed over. `words` is what it added
 * for the user, borrowed from the delta, or empty. */
bool stream_block_add(
    struct stream_block *block, const struct node *delta, struct slice *words,
    struct error *err);

/* Adds the whole block to `blocks`, with a comma in
 * front unless it is the first. False, nothing added,
 * when the input of a call is no whole JSON object: it was cut. */
bool stream_block_close(struct stream_block *block, struct buffer *blocks);
