/* What a rollout knows: fed with one observation after the other, it holds the evidence
 * of harm, the counts, the check of the split and what is usual. It has no pointers. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/baseline.h"
#include "core/harm.h"
#include "core/histogram.h"
#include "core/known_users.h"
#include "core/observation.h"
#include "core/rank_test.h"
#include "core/roll_call.h"
#include "core/split_check.h"
#include "core/surroundings.h"

struct evidence {
    struct rollout_rules rules;
    struct harm harms[HARM_METRIC_COUNT];
    struct rank_test ranks;
    struct split_check split;      /* over users who are new in the rollout */
    struct split_check step_split; /* over those who are new in this step */
    struct roll_call in_step;      /* who that was */
    struct surroundings surroundings;
    struct baseline latency, cost, tokens; /* of stable */
    struct histogram latencies[ARM_COUNT]; /* of this step */
    double log_peak;                       /* ln of the largest mean so far */
    uint64_t users[ARM_COUNT];             /* seen there, of those that are known */
    uint64_t outside;                      /* observations that say nothing */
    struct known_users known;
};

/* By sound rules, which never change afterwards. */
void evidence_init(struct evidence *evidence, const struct rollout_rules *rules);

/* A new weight. Takes the limits of what is slow from stable again, if it has been seen
 * often enough; the first ones are taken as soon as it has. */
void evidence_start_step(struct evidence *evidence, uint32_t weight_bp);

/* The division was wrong, or something else that makes what was seen until now worth
 * nothing, and a person says that it is right again: only limits, what is usual and who
 * has failed already are kept. Each start has its own chance of a false alarm. */
void evidence_start_over(struct evidence *evidence);

/* One observation. With a weight of 0 it only shows what is usual, and only on stable;
 * so does all before a rollout. Returns the facts about its user that are new: kept
 * with the user's hash, they restore `known`. Observations of the same moment may come
 * in any order that does not depend on their arm. */
uint32_t evidence_add(struct evidence *evidence, const struct observation *seen);

/* The counts of a metric since the last time, from counters that know no users; for a
 * track whose split is not known. With a weight of 0 they only show how stable is. */
void evidence_add_counts(
    struct evidence *evidence, enum harm_metric metric, const struct trials *canary,
    const struct trials *stable);

/* After the record was read: one user, and what was new about it at some time. */
void evidence_restore_user(struct evidence *evidence, uint64_t user, uint32_t facts);

/* ln of the evidence of harm, the weighted mean over the metrics, and in one. */
double evidence_log_value(const struct evidence *evidence);
double evidence_log_value_in(const struct evidence *evidence, enum harm_metric metric);
double evidence_p_value(const struct evidence *evidence);

/* The check that says that traffic is not divided as asked;
 * NULL for none. Never where the split is not known. */
const struct split_check *evidence_broken_split(const struct evidence *evidence);

/* How many requests of stable it takes until what is slow is known, where the weight
 * leaves it any; 0 where latency is not looked at. */
uint32_t evidence_stable_needed(const struct rollout_rules *rules, uint32_t weight_bp);

/* Canary requests that were measured by that; UINT64_MAX where none has to be. */
uint64_t evidence_measured(const struct evidence *evidence);

/* How many canary users it takes at least to show harm at this probability: so many
 * that fail, and nobody on stable. 0 where users say nothing: at 0 or 1, or with a
 * split that is not known. */
uint32_t evidence_users_needed(const struct rollout_rules *rules, double rho);
