/* SPDX-License-Identifier: MIT */
#include "control/watch.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/evidence.h"
#include "core/evidence_record.h"

struct watch {
    struct evidence evidence;
    struct decision decision;
};

static struct rollout_rules rules_of(
    const struct rollout_plan *plan, bool known_assignment) {
    struct rollout_rules rules = rollout_rules_default();
    rules.rule = (enum rollout_rule)plan->rule;
    rules.is_split_unknown = !known_assignment;
    /* Counters do not tell whose requests were slow: one process that stalls makes many so
     * at once, which would be taken for as many pieces of evidence. */
    if (!known_assignment) rules.metrics = HARM_BIT(HARM_ERRORS);
    rules.alpha = plan->alpha;
    rules.material_ratio = plan->material;
    rules.budget = plan->budget_ratio;
    rules.hold_ms = plan->hold_each_ns / NS_PER_MS;
    rules.most_ms = plan->max_each_ns / NS_PER_MS;
    rules.data_age_most_ms = plan->stale_ns / NS_PER_MS;
    return rules;
}

struct watch *watch_new(const struct rollout_plan *plan, bool known_assignment) {
    struct watch *watch = memory_new(sizeof *watch);
    const struct rollout_rules rules = rules_of(plan, known_assignment);
    evidence_init(&watch->evidence, &rules);
    return watch;
}

void watch_free(struct watch *watch) {
    free(watch);
}

void watch_start_step(struct watch *watch, uint32_t weight_bp) {
    evidence_start_step(&watch->evidence, weight_bp);
}

void watch_forget_safety(struct watch *watch) {
    struct evidence *evidence = &watch->evidence;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        harm_forget_steady(&evidence->harms[i]);
    }
    for (int arm = 0; arm < ARM_COUNT; arm++) evidence->users[arm] = 0;
}

void watch_start_over(struct watch *watch) {
    evidence_start_over(&watch->evidence);
}

uint32_t watch_add(struct watch *watch, const struct observation *seen) {
    return evidence_add(&watch->evidence, seen);
}

void watch_add_block(
    struct watch *watch, enum harm_metric metric, const struct trials *canary,
    const struct trials *stable) {
    evidence_add_counts(&watch->evidence, metric, canary, stable);
}

struct rollout_sight watch_look(
    struct watch *watch, const struct watch_moment *moment) {
    const struct decision_moment asked = {
        .in_step_ms = moment->clock_ns / NS_PER_MS,
        .data_age_ms = moment->data_age_ms,
        .weight_bp = moment->weight_bp,
        .next_bp = moment->next_bp,
        .is_ready = moment->is_ready,
        .contradicts = moment->contradicts,
    };
    struct decision *decision = &watch->decision;
    *decision = decision_make(&watch->evidence, &asked);
    struct rollout_sight sight = {
        .fresh = !moment->contradicts &&
                 moment->data_age_ms <= watch->evidence.rules.data_age_most_ms,
        .harmed = decision->kind == DECISION_ROLL_BACK,
        .safe = decision->kind == DECISION_PROMOTE,
        .split_broken = decision->freeze == FREEZE_SPLIT,
        .stable_unwell = decision->freeze == FREEZE_SURROUNDINGS,
        .canary_ready = moment->is_ready,
    };
    text_copy_cut(sight.words, sizeof sight.words, decision->why);
    return sight;
}

const struct decision *watch_decision(const struct watch *watch) {
    return &watch->decision;
}

const struct evidence *watch_evidence(const struct watch *watch) {
    return &watch->evidence;
}

void watch_save(const struct watch *watch, struct buffer *to) {
    uint8_t *scratch = memory_new(EVIDENCE_RECORD_MAX);
    struct byte_writer writer = byte_writer_in(scratch, EVIDENCE_RECORD_MAX);
    record_put(&evidence_record, &watch->evidence, &writer);
    if (!writer.overflow) buffer_add(to, scratch, writer.length);
    free(scratch);
}

bool watch_restore(struct watch *watch, const uint8_t *bytes, size_t length) {
    struct byte_reader reader = byte_reader_of(bytes, length);
    const struct rollout_rules rules = watch->evidence.rules;
    if (length > 0 && record_get(&evidence_record, &watch->evidence, &reader)) {
        return true;
    }
    evidence_init(&watch->evidence, &rules);
    return false;
}

void watch_restore_user(struct watch *watch, uint64_t user, uint32_t facts) {
    evidence_restore_user(&watch->evidence, user, facts);
}
