/* What is known about the canary in one metric: how often either side failed, and how
 * sure it is that the canary does harm. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/arm.h"
#include "core/block_test.h"
#include "core/harm_metric.h"
#include "core/rollout_rules.h"
#include "core/sequential.h"
#include "core/trials.h"

struct harm {
    uint64_t limit; /* above it a request fails; without one none does */
    bool has_limit;
    struct sequential test;          /* over the first failure of each user */
    struct block_test blocks;        /* instead of it, where the split is not known */
    struct trials open[ARM_COUNT];   /* the block in the making */
    struct trials all[ARM_COUNT];    /* of the whole rollout */
    struct trials step[ARM_COUNT];   /* of this step */
    struct trials steady[ARM_COUNT]; /* since stable was last in trouble */
    uint64_t first[ARM_COUNT];       /* users of which a failure entered the test */
    double canary_if_material; /* of them on the canary, were it just bad enough */
};

void harm_init(
    struct harm *harm, enum harm_metric metric, const struct rollout_rules *rules);
void harm_start_step(struct harm *harm);

/* Stable is in trouble: what was counted until
 * now cannot be compared with what comes. */
void harm_forget_steady(struct harm *harm);

/* A request, whoever sent it. */
void harm_try(struct harm *harm, enum arm arm, bool failed);

/* The same request for the test that needs no known split. */
void harm_gather(struct harm *harm, enum arm arm, bool failed);

/* The first failure of a user. */
void harm_fail(
    struct harm *harm, enum arm arm, double rho, const struct rollout_rules *rules);

/* Many requests of a track whose split is not known, as one block. */
void harm_add_block(
    struct harm *harm, const struct trials *canary, const struct trials *stable);

/* ln of the evidence. */
double harm_log_value(const struct harm *harm, const struct rollout_rules *rules);
double harm_log_peak(const struct harm *harm, const struct rollout_rules *rules);

/* Whether the canary fails so much more often that it matters: by the ratio, or by the
 * difference. */
bool harm_is_material(
    const struct harm *harm, enum harm_metric metric,
    const struct rollout_rules *rules);

extern const struct record harm_record;
