/* SPDX-License-Identifier: MIT */
#include "agent/order_lookup.h"

#include <stdlib.h>

#include "agent/agent.h"
#include "agent/orders.h"
#include "agent/storage.h"
#include "agent/tool_call.h"
#include "base/memory.h"

/* A question that the store has. */
struct order_lookup {
    struct tool_call *call; /* borrowed */
    char id[ORDER_ID_SIZE];
    struct storage_ask *ask; /* NULL once it has ended */
};

static void on_order(void *owner, const struct storage_answer *answer);

static void free_lookup(void *work) {
    struct order_lookup *lookup = work;
    storage_ask_free(lookup->ask);
    free(lookup);
}

/* Whether there is one or not: both are what the model wanted to know. */
static void say(struct tool_call *call, const char *id, const struct order *order) {
    struct text *output = tool_call_output(call);
    if (order) {
        order_describe(order, output);
    } else {
        text_addf(output, "There is no order %s.", id);
    }
    tool_call_end(call, TOOL_OK);
}

static void fail(struct tool_call *call, const char *words) {
    text_add(tool_call_output(call), words);
    tool_call_end(call, TOOL_FAILED);
}

static void ask_store(struct storage *store, struct tool_call *call, const char *id) {
    struct order_lookup *lookup = memory_new(sizeof *lookup);
    lookup->call = call;
    text_copy_cut(lookup->id, sizeof lookup->id, id);
    lookup->ask = storage_find_order(store, id, on_order, lookup);
    if (lookup->ask) {
        tool_call_set_work(call, lookup, free_lookup);
    } else {
        free_lookup(lookup);
        fail(call, "error: too many orders are being looked up");
    }
}

void order_lookup_start(struct tool_call *call, const struct node *input) {
    struct storage *store = tool_call_agent(call)->store;
    const struct node *given = node_get(input, "order_id");
    char id[ORDER_ID_SIZE] = "";
    struct order order;
    if (!given || given->kind != NODE_STRING || !order_id_read(given->string, id)) {
        fail(call, "error: lookup_order needs an order_id as in A-1001");
    } else if (store) {
        ask_store(store, call, id);
    } else {
        say(call, id, order_find(id, &order) ? &order : NULL);
    }
}

static void on_order(void *owner, const struct storage_answer *answer) {
    struct order_lookup *lookup = owner;
    struct tool_call *call = lookup->call;
    lookup->ask = NULL;
    if (answer->error.code == ERROR_NONE) {
        say(call, lookup->id, answer->is_found ? &answer->order : NULL);
    } else {
        fail(call, "error: orders cannot be looked up at the moment");
    }
    free_lookup(lookup);
}
