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
    struct circuit *circuit; /* borrowed */
    struct breaker_call pass;
};

static void on_order(void *owner, const struct storage_answer *answer);

static void free_lookup(void *work) {
    struct order_lookup *lookup = work;
    if (lookup->ask) {
        circuit_on_end(lookup->circuit, &lookup->pass, BREAKER_NEUTRAL, "");
        storage_ask_free(lookup->ask);
    }
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

static const char not_now[] = "error: orders cannot be looked up at the moment";

static void ask_store(struct agent *agent, struct tool_call *call, const char *id) {
    struct circuit *circuit = &agent->circuits[CIRCUIT_DB];
    struct breaker_call pass;
    if (!circuit_allows(circuit, &pass)) {
        fail(call, not_now);
        return;
    }
    struct order_lookup *lookup = memory_new(sizeof *lookup);
    *lookup = (struct order_lookup){.call = call, .circuit = circuit, .pass = pass};
    text_copy_cut(lookup->id, sizeof lookup->id, id);
    lookup->ask = storage_find_order(agent->store, id, on_order, lookup);
    if (lookup->ask) {
        tool_call_set_work(call, lookup, free_lookup);
    } else {
        circuit_on_end(circuit, &pass, BREAKER_NEUTRAL, "");
        free_lookup(lookup);
        fail(call, not_now);
    }
}

void order_lookup_start(struct tool_call *call, const struct node *input) {
    struct agent *agent = tool_call_agent(call);
    const struct node *given = node_get(input, "order_id");
    char id[ORDER_ID_SIZE] = "";
    struct order order;
    if (!given || given->kind != NODE_STRING || !order_id_read(given->string, id)) {
        fail(call, "error: lookup_order needs an order_id as in A-1001");
    } else if (agent->store) {
        ask_store(agent, call, id);
    } else {
        say(call, id, order_find(id, &order) ? &order : NULL);
    }
}

static void on_order(void *owner, const struct storage_answer *answer) {
    struct order_lookup *lookup = owner;
    struct tool_call *call = lookup->call;
    bool is_good = answer->error.code == ERROR_NONE;
    lookup->ask = NULL;
    circuit_on_end(
        lookup->circuit, &lookup->pass, is_good ? BREAKER_SUCCESS : BREAKER_FAILURE,
        answer->error.message);
    if (is_good) {
        say(call, lookup->id, answer->is_found ? &answer->order : NULL);
    } else {
        fail(call, not_now);
    }
    free_lookup(lookup);
}
