/* What both sides of a target count of their traffic, block by block: the metrics of
 * every instance, asked again and again, or as a Prometheus server has scraped them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/block_look.h"
#include "core/target.h"

struct loop;
struct place;
struct scraped_traffic;

typedef void (*scraped_block_fn)(void *owner, const struct metric_block *block);

struct scraped_traffic_look {
    struct block_look blocks;
    uint64_t requests; /* of both sides, in all blocks */
    bool from_prometheus[ARM_COUNT];
    uint32_t restarts[ARM_COUNT]; /* of instances: their interval is left out */
    uint64_t fallen; /* readings with a counter that fell, although nothing restarted */
};

/* NULL when nothing tells what a track counts: neither metrics of its instances nor a
 * Prometheus server that has them. `target` is
 * borrowed. */
struct scraped_traffic *scraped_traffic_new(
    struct loop *loop, const struct target *target, scraped_block_fn on_block,
    void *owner);
/* All instances of a track whose pods are followed. */
void scraped_traffic_follow(
    struct scraped_traffic *scraped, enum track track, const struct place *places,
    uint32_t count);
void scraped_traffic_free(struct scraped_traffic *scraped); /* NULL is fine */

/* A new weight: what was counted of the interval under way belongs to the one before,
 * and latencies of blocks that begin within that time do not count. */
void scraped_traffic_warm_up(struct scraped_traffic *scraped, uint64_t for_ns);

/* How much of the traffic the canary has: with all of it, stable may be gone. */
void scraped_traffic_weigh(struct scraped_traffic *scraped, uint32_t weight_bp);

struct scraped_traffic_look scraped_traffic_look(const struct scraped_traffic *scraped);
