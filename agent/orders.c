/* SPDX-License-Identifier: MIT */
#include "agent/orders.h"

#include <inttypes.h>
#include <string.h>

/* clang-format off */
/*    id        state        items                                   cents  currency ordered       due */
#define ORDERS(X) \
    X("A-1001", "shipped",   "1 kettle, blue; 1 tea strainer",        6480, "EUR", "2026-11-18", "2026-11-28") \
    X("A-1002", "delivered", "1 pair of shoes, size 42",              8990, "EUR", "2026-11-09", "2026-11-14") \
    X("A-1003", "paid",      "2 desk lamps",                         11980, "EUR", "2026-11-25", "2026-12-02") \
    X("A-1004", "returned",  "1 winter coat, size M",                15900, "EUR", "2026-10-30", "2026-11-05") \
    X("A-1005", "cancelled", "1 suitcase",                           12900, "EUR", "2026-11-20", "") \
    X("A-1006", "placed",    "3 notebooks; 1 fountain pen",           4370, "EUR", "2026-11-26", "2026-12-04") \
    X("A-1007", "shipped",   "1 coffee grinder",                      7250, "CHF", "2026-11-21", "2026-12-01") \
    X("A-1008", "delivered", "6 wine glasses",                        3960, "EUR", "2026-11-03", "2026-11-08") \
    X("A-1009", "shipped",   "1 ski helmet; 1 pair of goggles",     189900, "NOK", "2026-11-17", "2026-11-30") \
    X("A-1010", "lost",      "1 picture frame",                       2490, "EUR", "2026-11-06", "2026-11-13") \
    X("A-1011", "paid",      "1 tent for two",                       24900, "EUR", "2026-11-24", "2026-12-03") \
    X("A-1012", "delivered", "1 kettle, red",                         4990, "GBP", "2026-11-11", "2026-11-19")
/* clang-format on */

static const struct order orders[] = {
#define X(id, state, items, cents, currency, ordered, due) \
    {cents, id, state, items, currency, ordered, due},
    ORDERS(X)
#undef X
};

enum { ORDERS_COUNT = sizeof orders / sizeof *orders };

#define X(id, state, items, cents, currency, ordered, due)                             \
    "INSERT INTO orders VALUES('" id "','" state "','" items "'," #cents ",'" currency \
    "','" ordered "','" due "');"
const char orders_seed[] = ORDERS(X);
#undef X

bool order_id_read(struct slice text, char id[ORDER_ID_SIZE]) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    struct slice rest = slice_trim(text);
    if (rest.length > 0 && rest.data[0] == '#') {
        rest.data++;
        rest.length--;
    }
    id[0] = '\0';
    if (rest.length == 0 || rest.length >= ORDER_ID_SIZE) return false;
    char read[ORDER_ID_SIZE];
    struct text word = TEXT_IN(read);
    for (size_t i = 0; i < rest.length; i++) {
        char c = rest.data[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if (c == '\0' || !strchr(allowed, c)) return false;
        text_add_char(&word, c);
    }
    memcpy(id, read, sizeof read);
    return true;
}

bool order_find(const char *id, struct order *order) {
    for (size_t i = 0; i < ORDERS_COUNT; i++) {
        if (strcmp(orders[i].id, id) != 0) continue;
        *order = orders[i];
        return true;
    }
    return false;
}

void order_describe(const struct order *order, struct text *text) {
    text_addf(
        text, "Order %s: %s. Items: %s. Total: %" PRId64 ".%02d %s. Ordered on %s",
        order->id, order->state, order->items, order->total_cents / 100,
        (int)(order->total_cents % 100), order->currency, order->ordered);
    if (order->due[0] == '\0') {
        text_add(text, ".");
        return;
    }
    bool is_there =
        strcmp(order->state, "delivered") == 0 || strcmp(order->state, "returned") == 0;
    text_addf(text, ", %s %s.", is_there ? "delivered on" : "due on", order->due);
}
