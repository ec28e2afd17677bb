/* How a shard of a shared load run follows its collector's orders. It sends nothing
 * before an order to start, and stops when orders no longer come:
 *
 *   SEEKS --gather--> PREPARES --ready--> WAITS --start--> RUNS --the end--> LEAVES
 *     '--no collector     '--its collector is gone ---------'------------------^
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/load_order.h"

enum load_follow_state {
    FOLLOW_SEEKS,    /* a collector that gathers */
    FOLLOW_PREPARES, /* its generator starts */
    FOLLOW_WAITS,    /* for the others */
    FOLLOW_RUNS,     /* from the order to start on */
    FOLLOW_LEAVES,
};

struct load_follow {
    enum load_follow_state state;
    uint32_t shard, shards;
    uint64_t token;
    char digest[SHA256_HEX_SIZE];
    uint64_t began_ns, patience_ns; /* how long a collector is sought */
    char run[LOAD_RUN_SIZE];        /* that it follows; "" while it seeks */
    char collector[LOAD_WHO_SIZE];
    uint64_t heard_ns; /* when the order was asked for that came last */
    uint32_t level_count;
    bool stopping;
};

enum load_follow_step {
    LOAD_FOLLOW_WAIT,
    LOAD_FOLLOW_PREPARE, /* start the generator for the order's run */
    LOAD_FOLLOW_START,   /* at the order's time */
    LOAD_FOLLOW_LEVEL,
    LOAD_FOLLOW_STOP,  /* drain */
    LOAD_FOLLOW_CUT,   /* at once; `err` says why, when it is not what was ordered */
    LOAD_FOLLOW_LEAVE, /* nothing was sent; `err` says why */
};

/* What stands there for orders: NULL for nothing.
 * `asked_ns` is when it was asked for. */
enum load_follow_step load_follow_on_order(
    struct load_follow *follow, const struct load_order *order, uint64_t asked_ns,
    struct error *err);

/* The generator can start. */
void load_follow_on_ready(struct load_follow *follow);

/* Whether it has waited too long for a collector, or for a word from Redis. */
enum load_follow_step load_follow_look(
    struct load_follow *follow, uint64_t now_ns, struct error *err);
