/* What a model costs: a table that is data, since models and prices come and go. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "agent/usage.h"
#include "base/error.h"
#include "core/node.h"

enum { PRICES_MAX = 64, PRICE_MODEL_SIZE = 64 };

/* US dollars for a million tokens. */
struct price {
    char model[PRICE_MODEL_SIZE]; /* the beginning of the model's name */
    double input, output, cache_write, cache_read;
};

struct prices {
    size_t count;
    struct price rows[PRICES_MAX];
};

/* The built-in table. */
void prices_default(struct prices *prices);

/* A file of the operator: {"models": {"claude-sonnet-5": {"input": 2, "output": 10,
 * "cache_write": 2.5, "cache_read": 0.2}}}; the cache prices default to 1.25 and 0.1
 * times the input. It replaces the built-in table. On failure `prices` is untouched. */
bool prices_read(struct prices *prices, const struct node *root, struct error *err);

/* The row whose model is the longest beginning of `model`, or NULL: then nothing is
 * known about its cost, which is not the same as no cost. */
const struct price *prices_find(const struct prices *prices, const char *model);

double price_of_usage(const struct price *price, const struct usage *usage);
