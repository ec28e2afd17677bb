/* SPDX-License-Identifier: MIT */
#include "control/watch.h"

#include <stdlib.h>

#include "base/memory.h"
#include "control/rollout_recorder.h"
#include "core/evidence_patience.h"
#include "core/evidence_record.h"

struct watch {
    struct rollout_case rollout_case;
    struct rollout_recorder *recorder; /* owned; NULL for none */
};

struct watch *watch_new(const struct rollout_plan *plan, bool known_assignment) {
    struct watch *watch = memory_new(sizeof *watch);
    rollout_case_init(&watch->rollout_case, plan, known_assignment);
    return watch;
}

void watch_free(struct watch *watch) {
    if (!watch) return;
    rollout_recorder_free(watch->recorder);
    free(watch);
}

void watch_take_recorder(struct watch *watch, struct rollout_recorder *recorder) {
    rollout_recorder_free(watch->recorder);
    watch->recorder = recorder;
}

uint32_t watch_take(struct watch *watch, const struct rollout_input *input) {
    rollout_recorder_add(watch->recorder, input);
    return rollout_case_take(&watch->rollout_case, input);
}

void watch_start_step(struct watch *watch, uint32_t weight_bp) {
    watch_take(
        watch, &(struct rollout_input){
                   .kind = ROLLOUT_INPUT_STEP, .step = {.weight_bp = weight_bp}});
}

void watch_forget_safety(struct watch *watch) {
    watch_take(watch, &(struct rollout_input){.kind = ROLLOUT_INPUT_FORGET});
}

void watch_start_over(struct watch *watch) {
    watch_take(watch, &(struct rollout_input){.kind = ROLLOUT_INPUT_START_OVER});
}

uint32_t watch_add(struct watch *watch, const struct observation *seen) {
    struct rollout_input input = {.kind = ROLLOUT_INPUT_OUTCOME, .seen = *seen};
    bool uses_chance =
        (watch->rollout_case.evidence.rules.metrics & HARM_BIT(HARM_RANKS)) != 0;
    if (!uses_chance) input.seen.chance = 0; /* it would take room for nothing */
    return watch_take(watch, &input);
}

void watch_add_block(
    struct watch *watch, enum harm_metric metric, const struct trials *canary,
    const struct trials *stable) {
    watch_take(
        watch, &(struct rollout_input){
                   .kind = ROLLOUT_INPUT_COUNTS, .counts = {metric, *canary, *stable}});
}

uint64_t watch_patience_us(const struct watch *watch) {
    return evidence_patience_us(&watch->rollout_case.evidence);
}

/* Each moment begins with none, which takes no room in the recording, unless one was
 * recorded that another controller did not come to. */
void watch_add_overdue(struct watch *watch, uint32_t jobs) {
    if (jobs == 0 && watch->rollout_case.overdue == 0) return;
    watch_take(
        watch, &(struct rollout_input){
                   .kind = ROLLOUT_INPUT_OVERDUE, .overdue = {.jobs = jobs}});
}

struct rollout_sight watch_look(struct watch *watch, struct rollout_moment *moment) {
    struct rollout_sight sight = rollout_case_decide(&watch->rollout_case, moment);
    rollout_recorder_add(
        watch->recorder,
        &(struct rollout_input){.kind = ROLLOUT_INPUT_MOMENT, .moment = *moment});
    return sight;
}

void watch_follow(struct watch *watch, const struct rollout *rollout) {
    rollout_recorder_follow(watch->recorder, rollout);
}

const char *watch_unrecorded(const struct watch *watch) {
    return rollout_recorder_trouble(watch->recorder);
}

const struct decision *watch_decision(const struct watch *watch) {
    return &watch->rollout_case.decision;
}

const struct evidence *watch_evidence(const struct watch *watch) {
    return &watch->rollout_case.evidence;
}

uint64_t watch_save(const struct watch *watch, struct buffer *to) {
    uint8_t *scratch = memory_new(EVIDENCE_RECORD_MAX);
    struct byte_writer writer = byte_writer_in(scratch, EVIDENCE_RECORD_MAX);
    record_put(&evidence_record, &watch->rollout_case.evidence, &writer);
    if (!writer.overflow) buffer_add(to, scratch, writer.length);
    free(scratch);
    return rollout_recorder_cut(watch->recorder);
}

bool watch_restore(struct watch *watch, const uint8_t *bytes, size_t length) {
    struct evidence *evidence = &watch->rollout_case.evidence;
    struct byte_reader reader = byte_reader_of(bytes, length);
    const struct rollout_rules rules = evidence->rules;
    if (length > 0 && record_get(&evidence_record, evidence, &reader)) return true;
    evidence_init(evidence, &rules);
    return false;
}

void watch_restore_user(struct watch *watch, uint64_t user, uint32_t facts) {
    evidence_restore_user(&watch->rollout_case.evidence, user, facts);
}
