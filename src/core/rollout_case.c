/* SPDX-License-Identifier: MIT */
#include "core/rollout_case.h"

#include "base/text.h"
#include "base/units.h"

struct rollout_rules rollout_case_rules(
    const struct rollout_plan *plan, bool known_assignment) {
    struct rollout_rules rules = rollout_rules_default();
    rules.rule = (enum rollout_rule)plan->rule;
    rules.is_split_unknown = !known_assignment;
    /* Counters do not tell whose requests were slow: one process that stalls makes many
     * so at once, which would be taken for as many pieces of evidence. */
    rules.metrics = known_assignment ? HARM_OF_REQUESTS : HARM_BIT(HARM_ERRORS);
    rules.alpha = plan->alpha;
    rules.material_ratio = plan->material;
    rules.budget = plan->budget_ratio;
    rules.hold_ms = plan->hold_each_ns / NS_PER_MS;
    rules.most_ms = plan->max_each_ns / NS_PER_MS;
    rules.data_age_most_ms = plan->stale_ns / NS_PER_MS;
    return rules;
}

void rollout_case_init(
    struct rollout_case *rollout_case, const struct rollout_plan *plan,
    bool known_assignment) {
    const struct rollout_rules rules = rollout_case_rules(plan, known_assignment);
    evidence_init(&rollout_case->evidence, &rules);
    rollout_case->decision = (struct decision){.kind = DECISION_WATCH};
}

/* Harm stays harm. */
static void forget_safety(struct evidence *evidence) {
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        harm_forget_steady(&evidence->harms[i]);
    }
    for (int arm = 0; arm < ARM_COUNT; arm++) evidence->users[arm] = 0;
}

uint32_t rollout_case_take(
    struct rollout_case *rollout_case, const struct rollout_input *input) {
    struct evidence *evidence = &rollout_case->evidence;
    const struct rollout_counts *counts = &input->counts;
    switch (input->kind) {
    case ROLLOUT_INPUT_OUTCOME: return evidence_add(evidence, &input->seen);
    case ROLLOUT_INPUT_COUNTS:
        evidence_add_counts(evidence, counts->metric, &counts->canary, &counts->stable);
        break;
    case ROLLOUT_INPUT_STEP:
        evidence_start_step(evidence, input->step.weight_bp);
        break;
    case ROLLOUT_INPUT_FORGET: forget_safety(evidence); break;
    case ROLLOUT_INPUT_START_OVER: evidence_start_over(evidence); break;
    case ROLLOUT_INPUT_OVERDUE: rollout_case->overdue = input->overdue.jobs; break;
    case ROLLOUT_INPUT_MOMENT:
    case ROLLOUT_INPUT_TRANSITION:
    case ROLLOUT_INPUT_GAP:
    case ROLLOUT_INPUT_FULL:
    case ROLLOUT_INPUT_KIND_COUNT: break;
    }
    return 0;
}

struct rollout_sight rollout_case_decide(
    struct rollout_case *rollout_case, struct rollout_moment *moment) {
    const struct decision_moment asked = {
        .in_step_ms = moment->clock_ns / NS_PER_MS,
        .data_age_ms = moment->data_age_ms,
        .weight_bp = moment->weight_bp,
        .next_bp = moment->next_bp,
        .overdue = rollout_case->overdue,
        .is_ready = moment->is_ready,
        .contradicts = moment->contradicts,
    };
    rollout_case->overdue = 0;
    struct decision *decision = &rollout_case->decision;
    *decision = decision_make(&rollout_case->evidence, &asked);
    moment->decision = decision->kind;
    moment->evidence = decision->evidence;
    struct rollout_sight sight = {
        .fresh = !moment->contradicts &&
                 moment->data_age_ms <= rollout_case->evidence.rules.data_age_most_ms,
        .harmed = decision->kind == DECISION_ROLL_BACK,
        .safe = decision->kind == DECISION_PROMOTE,
        .split_broken = decision->freeze == FREEZE_SPLIT,
        .stable_unwell = decision->freeze == FREEZE_SURROUNDINGS || moment->is_shaken,
        .canary_ready = moment->is_ready,
        .canary_gone = moment->is_gone,
    };
    text_copy_cut(sight.words, sizeof sight.words, decision->why);
    return sight;
}
