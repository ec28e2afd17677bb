/* SPDX-License-Identifier: MIT */
#include "core/decision.h"

#include <float.h>
#include <math.h>

#include "core/book_rule.h"
#include "core/decision_words.h"
#include "core/promotion_gate.h"
#include "core/weight.h"

#define X(id, name) [id] = (name)
static const char *const kind_names[DECISION_COUNT] = {DECISIONS(X)};
static const char *const fault_words[CANARY_FAULT_COUNT] = {CANARY_FAULTS(X)};
static const char *const freeze_names[FREEZE_COUNT] = {FREEZES(X)};
#undef X

const char *decision_kind_name(enum decision_kind kind) {
    return kind_names[kind];
}
const char *canary_fault_words(enum canary_fault fault) {
    return fault_words[fault];
}
const char *freeze_name(enum freeze freeze) {
    return freeze_names[freeze];
}

/* Harm */

static double value_of(double log_value) {
    return fmin(exp(log_value), DBL_MAX);
}

static bool is_latency(const struct evidence *evidence, enum harm_metric metric) {
    return harm_metric_source(metric) == HARM_SOURCE_LATENCY &&
           (evidence->rules.metrics & HARM_BIT(metric)) != 0;
}

static bool is_latency_material(const struct evidence *evidence) {
    const struct rollout_rules *rules = &evidence->rules;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        enum harm_metric metric = (enum harm_metric)i;
        if (!is_latency(evidence, metric)) continue;
        if (harm_is_material(&evidence->harms[i], metric, rules)) return true;
    }
    return false;
}

static bool is_material(const struct evidence *evidence, enum harm_metric metric) {
    if (metric == HARM_RANKS) return is_latency_material(evidence);
    return harm_is_material(&evidence->harms[metric], metric, &evidence->rules);
}

/* The metric that adds most to the mean; one that matters before any that does not. */
static void weigh_harm(struct decision *decision, const struct evidence *evidence) {
    const struct rollout_rules *rules = &evidence->rules;
    decision->evidence = value_of(evidence_log_value(evidence));
    decision->evidence_limit = 1 / rules->alpha;
    double most = 0;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        enum harm_metric metric = (enum harm_metric)i;
        double value = value_of(evidence_log_value_in(evidence, metric));
        double adds = harm_metric_weight(metric, rules->metrics) * value;
        bool is_harm =
            value >= decision->evidence_limit && is_material(evidence, metric);
        if (is_harm < decision->is_material) continue;
        if (is_harm == decision->is_material && adds <= most) continue;
        decision->metric = metric;
        decision->is_material = is_harm;
        most = adds;
    }
}

static bool is_shown(const struct decision *decision) {
    return decision->evidence >= decision->evidence_limit;
}

/* A split that gives the canary more than it should makes its share of the failures
 * look like harm. One that gives it less does not. */
static bool is_canary_favoured(const struct split_check *split) {
    return !(split_check_seen(split) <= weight_ratio(split->weight_bp));
}

static bool must_roll_back(
    const struct decision *decision, const struct evidence *evidence,
    const struct decision_moment *moment) {
    if (moment->fault != CANARY_SOUND) return true;
    if (!is_shown(decision) || !decision->is_material) return false;
    const struct split_check *broken = evidence_broken_split(evidence);
    return !broken || !is_canary_favoured(broken);
}

/* Safety */

/* Where everything is on the canary its failures have nobody to be compared with: then
 * what it did before does not count. */
static const struct trials *canary_of(const struct harm *errors, uint32_t weight_bp) {
    bool is_alone = weight_bp == WEIGHT_ALL_BP;
    return is_alone ? &errors->step[ARM_CANARY] : &errors->steady[ARM_CANARY];
}

/* What has not ended in time is no success yet: for safety it has failed until it does
 * better. Only for that: to harm it may add nothing, as nobody knows how it ends, and
 * what hangs on stable does not excuse the canary. */
static struct trials with_overdue(
    const struct trials *ended, const struct decision_moment *moment) {
    return (struct trials){
        ended->count + moment->overdue, ended->failures + moment->overdue};
}

static void weigh_step(
    struct decision *decision, const struct harm *errors,
    const struct decision_moment *moment) {
    const struct trials canary = with_overdue(&errors->step[ARM_CANARY], moment);
    decision->in_step = errors->step[ARM_CANARY].count;
    decision->in_step_needed = decision->users_needed > 0 ? decision->users_needed : 1;
    decision->extra_in_step =
        trials_rate(&canary) - trials_rate(&errors->step[ARM_STABLE]);
}

static void weigh_safety(
    struct decision *decision, const struct evidence *evidence,
    const struct decision_moment *moment) {
    const struct rollout_rules *rules = &evidence->rules;
    const struct harm *errors = &evidence->harms[HARM_ERRORS];
    const struct promotion_gate gate = {
        rules->budget, rules->gate_alpha, weight_ratio(moment->next_bp)};
    const struct trials canary =
        with_overdue(canary_of(errors, moment->weight_bp), moment);
    const struct trials *stable = &errors->steady[ARM_STABLE];
    decision->extra = promotion_gate_extra(&gate, &canary, stable);
    decision->allowed = promotion_gate_allowed(&gate);
    decision->requests = canary.count;
    decision->requests_needed = promotion_gate_needed(&gate, &canary, stable);
    decision->users = evidence->users[ARM_CANARY];
    decision->users_needed =
        evidence_users_needed(rules, weight_ratio(moment->weight_bp));
    weigh_step(decision, errors, moment);
}

/* A canary whose latency nobody could judge is not known to be safe. */
static void weigh_slowness(
    struct decision *decision, const struct evidence *evidence,
    const struct decision_moment *moment) {
    decision->stable_needed =
        evidence_stable_needed(&evidence->rules, moment->weight_bp);
    if (decision->stable_needed == 0) return;
    decision->stable = evidence->latency.added;
    decision->measured = evidence_measured(evidence);
    decision->measured_needed = decision->in_step_needed;
}

static bool is_measured(const struct decision *decision) {
    return decision->stable >= decision->stable_needed &&
           decision->measured >= decision->measured_needed;
}

static bool is_enough(const struct decision *decision) {
    return decision->requests > 0 && decision->requests >= decision->requests_needed &&
           decision->users >= decision->users_needed &&
           decision->in_step >= decision->in_step_needed;
}

/* A canary that only fails under this step's load looks good over all of them. */
static bool is_safe(const struct decision *decision) {
    return decision->extra <= decision->allowed &&
           !(decision->extra_in_step > decision->allowed);
}

static bool may_promote(
    const struct decision *decision, const struct evidence *evidence,
    const struct decision_moment *moment) {
    bool is_weight = moment->next_bp > 0 && moment->next_bp <= WEIGHT_ALL_BP;
    return is_weight && is_safe(decision) && is_enough(decision) &&
           is_measured(decision) && moment->is_ready &&
           moment->in_step_ms >= evidence->rules.hold_ms &&
           decision->evidence < decision->evidence_limit;
}

static enum freeze freeze_of(
    const struct evidence *evidence, const struct decision_moment *moment) {
    if (moment->has_drifted) return FREEZE_ROUTER;
    if (evidence_broken_split(evidence)) return FREEZE_SPLIT;
    if (moment->contradicts || moment->data_age_ms > evidence->rules.data_age_most_ms) {
        return FREEZE_BLIND;
    }
    if (surroundings_are_bad(&evidence->surroundings)) return FREEZE_SURROUNDINGS;
    return FREEZE_NONE;
}

static enum decision_kind judge(
    const struct decision *decision, const struct evidence *evidence,
    const struct decision_moment *moment) {
    bool is_by_book = evidence->rules.rule == ROLLOUT_BY_BOOK;
    bool is_bad = is_by_book
                      ? moment->fault != CANARY_SOUND || book_rule_is_bad(evidence)
                      : must_roll_back(decision, evidence, moment);
    if (is_bad) return DECISION_ROLL_BACK;
    if (decision->freeze != FREEZE_NONE) return DECISION_FREEZE;
    bool is_good = is_by_book ? book_rule_may_promote(evidence, moment)
                              : may_promote(decision, evidence, moment);
    if (is_good) return DECISION_PROMOTE;
    bool is_late = moment->in_step_ms >= evidence->rules.most_ms;
    return is_late ? DECISION_INCONCLUSIVE : DECISION_WATCH;
}

uint64_t decision_missing(const struct decision *decision) {
    uint64_t needed = decision->requests_needed;
    if (needed == PROMOTION_NEVER) return PROMOTION_NEVER;
    return needed > decision->requests ? needed - decision->requests : 0;
}

struct decision decision_make(
    const struct evidence *evidence, const struct decision_moment *moment) {
    struct decision decision = {.freeze = freeze_of(evidence, moment)};
    weigh_harm(&decision, evidence);
    weigh_safety(&decision, evidence, moment);
    weigh_slowness(&decision, evidence, moment);
    decision.kind = judge(&decision, evidence, moment);
    if (decision.kind != DECISION_FREEZE) decision.freeze = FREEZE_NONE;
    decision_say(&decision, evidence, moment);
    return decision;
}
