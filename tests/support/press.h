/* A controller as far as it publishes where its
 * rollout stands, in a world that watches. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/rollout_status.h"
#include "support/world.h"

struct kubernetes;
struct publisher;

struct press {
    struct world world;
    struct publisher *publisher;
    struct kubernetes *kubernetes; /* NULL without a cluster */
    uint64_t epoch;
    struct loop_timer *beat;
    struct rollout_status status;
    uint64_t sequence;
    int64_t late_ms; /* its clock, behind ours */
    char trouble[256];
    unsigned troubles;
};

/* Of ann@ops1, at step 2 of 4, with 25 %. */
void press_init(struct press *press);
void press_clear(struct press *press);

/* Begins to publish, and goes on each quarter
 * of a second; or once, when it is told to. */
void press_start(struct press *press);
void press_open(struct press *press);
void press_publish(struct press *press);
/* No more of it, as one that was killed. */
void press_stop(struct press *press);

/* Waits until the watcher knows of a rollout, or knows of none. */
void press_wait_known(struct press *press, bool known);
/* The watcher shows what was published. */
void press_expect_shown(const struct press *press);
/* Waits until something cannot be published, or all can. */
void press_wait_trouble(struct press *press, bool trouble);
