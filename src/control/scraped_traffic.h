/* What both sides of a target count of their traffic: the metrics of every instance, asked
 * again and again, block by block. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/metric_block.h"
#include "core/rollout_status.h"
#include "core/target.h"

struct loop;
struct scraped_traffic;

typedef void (*scraped_block_fn)(void *owner, const struct metric_block *block);

struct scraped_traffic_look {
    uint32_t instances;
    uint64_t age_ms;   /* of the newest block; UINT64_MAX: none was whole yet */
    bool contradicts;  /* within the last seconds */
    uint64_t requests; /* of both sides, in all blocks */
    uint64_t restarts; /* of instances: their interval is left out */
    uint64_t fallen; /* readings with a counter that fell, although nothing restarted */
    char words[ROLLOUT_WORDS_SIZE]; /* what contradicts, or is missing; "" */
};

/* NULL when the target has no metrics, or no instances to ask for them. `target` is
 * borrowed. */
struct scraped_traffic *scraped_traffic_new(
    struct loop *loop, const struct target *target, scraped_block_fn on_block,
    void *owner);
void scraped_traffic_free(struct scraped_traffic *scraped); /* NULL is fine */

/* A new weight: what was counted of the interval under way belongs to the one before, and
 * latencies of blocks that begin within that time do not count. */
void scraped_traffic_warm_up(struct scraped_traffic *scraped, uint64_t for_ns);

struct scraped_traffic_look scraped_traffic_look(const struct scraped_traffic *scraped);
