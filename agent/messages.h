/* The wire format of the Messages API: a request out, an answer in.
 * https://docs.anthropic.com/en/api/messages */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/model_answer.h"
#include "base/error.h"
#include "base/json_writer.h"

/* False past the limit of `body`. */
bool messages_write(
    const struct model_question *question, struct buffer *body, struct error *err);

/* False when it is not what the API promises; then nothing is owned. */
bool messages_read(struct model_answer *answer, struct slice body, struct error *err);

/* The reason of that name; STOP_OTHER for anything else. */
enum model_stop messages_stop(const struct node *reason);

/* What `map` says, of which the API may send a part; the rest stays as it is. */
void messages_read_usage(struct usage *usage, const struct node *map);

/* `count` becomes a number of `map`; one that is missing, null or nonsense changes
 * nothing. */
void messages_read_count(uint64_t *count, const struct node *map, const char *key);
