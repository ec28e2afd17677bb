/* What the traffic of a target shows of its two versions: each request that the router
 * logs, jobs by how they end; or, where there is no log, what both sides count. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/harm_metric.h"
#include "core/observation.h"
#include "core/rollout_status.h"
#include "core/target.h"
#include "core/trials.h"

struct loop;
struct place;
struct traffic;

enum traffic_kind {
    TRAFFIC_NONE,    /* neither a log nor metrics are configured */
    TRAFFIC_LOG,     /* of each request, by the side it was assigned to */
    TRAFFIC_COUNTED, /* counters and histograms of both sides, block by block */
};

struct traffic_options {
    /* Of the rollout: the canary's of another one are set aside; 0: of none yet. */
    uint32_t salt;
    void (*on_observation)(void *owner, const struct observation *seen);
    /* Counts of both sides since the block before. */
    void (*on_block)(
        void *owner, enum harm_metric metric, const struct trials *canary,
        const struct trials *stable);
    void *owner;
};

struct traffic_state {
    enum traffic_kind kind;
    uint64_t age_ms; /* of the newest of the source, or of the older side; UINT64_MAX */
    struct rollout_feed feeds[ARM_COUNT];
    bool canary_crashes;              /* a process of it, again and again */
    char crashes[ROLLOUT_WORDS_SIZE]; /* which one; "" */
    bool contradicts;                 /* within the last seconds */
    bool is_unplugged;                /* nothing is connected to the router's log */
    char words[ROLLOUT_WORDS_SIZE];   /* what contradicts, or is missing; "" */
    uint64_t observed;                /* requests and ended jobs that count */
    uint64_t aside;                   /* of other paths, or of another rollout */
    uint64_t refused;                 /* by the router itself */
    uint64_t contradictory;      /* lines unlike their figures; counters that fell */
    uint64_t lost;               /* lines that did not arrive or cannot be read */
    uint64_t restarts;           /* of what counts */
    uint64_t since[TRACK_COUNT]; /* requests that began since the mark, by the log */
    uint32_t jobs_open;          /* that are followed */
    uint64_t oldest_job_ms, jobs_lost; /* whose end nobody will know */
};

/* Binds the log's socket, or begins to ask. `target` is borrowed. Callbacks never run
 * inside a call. */
struct traffic *traffic_new(
    struct loop *loop, const struct target *target,
    const struct traffic_options *options, struct error *err);
void traffic_free(struct traffic *traffic); /* NULL is fine */

/* All instances of a track whose pods are followed. */
void traffic_follow(
    struct traffic *traffic, enum track track, const struct place *places,
    uint32_t count);

/* A raise took effect: latencies of what begins
 * from now on do not count for so long. */
void traffic_warm_up(struct traffic *traffic, uint64_t for_ns);

void traffic_mark(struct traffic *traffic); /* what begins now is counted: `since` */
/* The share of the traffic that the canary is meant to have. */
void traffic_weigh(struct traffic *traffic, uint32_t weight_bp);

/* Jobs of the canary that are open for longer than that. */
uint32_t traffic_overdue(const struct traffic *traffic, uint64_t patience_us);

struct traffic_state traffic_look(const struct traffic *traffic);
