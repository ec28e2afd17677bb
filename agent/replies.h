/* What the local model says: a pure function of the
 * question, what was said before, and a seed. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/scan.h"

enum { REPLY_EXPRESSION_SIZE = 256 };

/* The longest arithmetic in the text that has a value: "2 + 2" in "What is 2 + 2?". */
bool reply_find_expression(struct slice text, char expression[REPLY_EXPRESSION_SIZE]);

/* Whether a model would reach for a calculator: more than small numbers, or told to. */
bool reply_wants_tool(struct slice question, const char *expression);

/* What is to be searched for in "search for …", or an empty slice. */
struct slice reply_find_search(struct slice text);

/* The number of an order ("A-1001" in "Where is my order A-1001?"), or an empty slice:
 * a word with a letter, a dash and a digit, in a text that speaks of an order. */
struct slice reply_find_order(struct slice text);

/* The name in "my name is …", or an empty slice. */
struct slice reply_find_name(struct slice text);

/* `name` is what the user said before, empty when nothing. */
void reply_write(
    struct slice question, struct slice name, uint64_t seed, struct buffer *reply);

/* FNV-1a over the bytes, so that equal questions get equal answers. */
uint64_t reply_hash(uint64_t seed, struct slice bytes);
