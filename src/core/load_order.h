/* What the collector of a load run that several machines share tells its shards: one
 * record under one key of Redis, written anew each second. When it is gone, so is the
 * collector, and shards send nothing without one. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/sha256.h"
#include "core/load_plan.h"

enum {
    LOAD_SPLIT_MAX = 64,      /* shards */
    LOAD_WHO_SIZE = 96,       /* "host (pid 7)" */
    LOAD_WHY_SIZE = 240,      /* words */
    LOAD_ORDER_BYTES = 16384, /* of one as bytes, at most */
};

/* How long an order holds that nobody renews. */
#define LOAD_LEASE_NS (3 * UINT64_C(1000000000))

enum load_order_kind {
    LOAD_ORDER_GATHER, /* come, and wait */
    LOAD_ORDER_START,  /* at start_us */
    LOAD_ORDER_STOP,   /* nothing new; answers are waited for */
    LOAD_ORDER_CUT,    /* at once */
    LOAD_ORDER_COUNT
};

/* Which process is a shard: 0 while nobody is. */
struct load_token {
    uint64_t token;
};

struct load_order {
    uint32_t kind;                /* enum load_order_kind */
    char run[LOAD_RUN_SIZE];      /* X-Flightdeck-Run; no two runs have the same */
    char digest[SHA256_HEX_SIZE]; /* load_split_digest() */
    char who[LOAD_WHO_SIZE];      /* the collector; safe to show */
    char why[LOAD_WHY_SIZE];      /* of a stop; the same */
    uint64_t seed;                /* of the plan */
    uint64_t start_us;            /* by the clock of Redis */
    double level;                 /* instead of the plan's, once level_count is not 0 */
    uint32_t level_count;         /* how often it was changed */
    uint32_t token_count;         /* one for each shard */
    struct load_token tokens[LOAD_SPLIT_MAX];
};

/* How many bytes, or 0 when they do not fit. */
size_t load_order_encode(const struct load_order *order, uint8_t *out, size_t size);

/* False, with `err` set, for anything that load_order_encode() cannot have written. */
bool load_order_read(
    const uint8_t *bytes, size_t length, struct load_order *order, struct error *err);

/* What all shards have to agree on, as one word: the load,
 * the tasks and whom to ask, but no credentials. */
void load_split_digest(
    const struct load_plan *plan, uint32_t shards, char digest[SHA256_HEX_SIZE]);
