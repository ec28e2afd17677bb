/* SPDX-License-Identifier: MIT */
#include "agent/prices.h"

#include <string.h>

#include "base/text.h"

static const double cache_write_factor = 1.25;
static const double cache_read_factor = 0.1;
static const double tokens_per_price = 1e6;

/* As published for October 2026, and made up for the local model. */
static const struct price builtin[] = {
    {"local-", 3, 15, 3.75, 0.3},          {"claude-fable-5-1", 10, 50, 12.5, 0.25},
    {"claude-fable-5", 10, 50, 12.5, 1},   {"claude-opus-5-5", 4, 20, 5, 0.2},
    {"claude-opus-5", 5, 25, 6.25, 0.5},   {"claude-opus-4-8", 5, 25, 6.25, 0.5},
    {"claude-opus-4-7", 5, 25, 6.25, 0.5}, {"claude-opus-4-6", 5, 25, 6.25, 0.5},
    {"claude-opus-4-5", 5, 25, 6.25, 0.5}, {"claude-sonnet-5-5", 2, 10, 2.5, 0.2},
    {"claude-sonnet-5", 2, 10, 2.5, 0.2},  {"claude-sonnet-4", 3, 15, 3.75, 0.3},
    {"claude-haiku-4-5", 1, 5, 1.25, 0.1},
};

void prices_default(struct prices *prices) {
    _Static_assert(sizeof builtin <= sizeof prices->rows, "too many built-in prices");
    prices->count = sizeof builtin / sizeof builtin[0];
    memcpy(prices->rows, builtin, sizeof builtin);
}

static bool read_row(struct price *row, const struct node *model, struct error *err) {
    if (model->key.length == 0 || model->key.length >= sizeof row->model) {
        return error_set(err, ERROR_LIMIT, "a model's name is empty or too long");
    }
    memset(row, 0, sizeof *row);
    memcpy(row->model, model->key.data, model->key.length);
    if (!node_number(model, "input", &row->input) ||
        !node_number(model, "output", &row->output)) {
        return error_set(
            err, ERROR_SYNTAX, "%s: input and output must be numbers", row->model);
    }
    row->cache_write = row->input * cache_write_factor;
    row->cache_read = row->input * cache_read_factor;
    node_number(model, "cache_write", &row->cache_write);
    node_number(model, "cache_read", &row->cache_read);
    if (row->input < 0 || row->output < 0 || row->cache_write < 0 ||
        row->cache_read < 0) {
        return error_set(err, ERROR_SYNTAX, "%s: a price below zero", row->model);
    }
    return true;
}

bool prices_read(struct prices *prices, const struct node *root, struct error *err) {
    const struct node *models = node_get(root, "models");
    if (!models || models->kind != NODE_MAP || models->child_count == 0) {
        return error_set(err, ERROR_SYNTAX, "no models in the price table");
    }
    if (models->child_count > PRICES_MAX) {
        return error_set(err, ERROR_LIMIT, "more than %d models", PRICES_MAX);
    }

    struct prices read = {0};
    for (const struct node *model = models->first; model; model = model->next) {
        if (!read_row(&read.rows[read.count], model, err)) return false;
        read.count++;
    }
    *prices = read;
    return true;
}

const struct price *prices_find(const struct prices *prices, const char *model) {
    const struct price *found = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < prices->count; i++) {
        size_t length = strlen(prices->rows[i].model);
        if (length <= longest || strncmp(prices->rows[i].model, model, length) != 0) {
            continue;
        }
        longest = length;
        found = &prices->rows[i];
    }
    return found;
}

double price_of_usage(const struct price *price, const struct usage *usage) {
    double sum = price->input * (double)usage->input +
                 price->output * (double)usage->output +
                 price->cache_write * (double)usage->cache_write +
                 price->cache_read * (double)usage->cache_read;
    return sum / tokens_per_price;
}
