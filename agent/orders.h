/* The orders of the demonstration shop: what a new store begins with, and what there is
 * without a store. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"
#include "base/text.h"

enum {
    ORDER_ID_SIZE = 33,
    ORDER_WORD_SIZE = 16, /* of a state or a date */
    ORDER_ITEMS_SIZE = 200,
    ORDER_CURRENCY_SIZE = 4,
};

struct order {
    int64_t total_cents;
    char id[ORDER_ID_SIZE];
    char state[ORDER_WORD_SIZE]; /* "paid", "shipped", … */
    char items[ORDER_ITEMS_SIZE];
    char currency[ORDER_CURRENCY_SIZE];
    char ordered[ORDER_WORD_SIZE]; /* a date as in 2026-11-18 */
    char due[ORDER_WORD_SIZE];     /* when it will be there, or when it was; or "" */
};

/* The id in its written form: "A-1001" for " #a-1001". False, with an empty id, when it
 * cannot be one: 1 to 32 letters, digits and dashes. */
bool order_id_read(struct slice text, char id[ORDER_ID_SIZE]);

/* Among the orders built in. */
bool order_find(const char *id, struct order *order);

/* For the model: "Order A-1001: shipped. …". */
void order_describe(const struct order *order, struct text *text);

/* SQL that puts the orders built in into the table `orders`. */
extern const char orders_seed[];
