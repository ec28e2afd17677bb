/* SPDX-License-Identifier: MIT */
#include "canary_wish.h"

#include <math.h>
#include <string.h>

#include "base/discreet_text.h"
#include "base/safe_text.h"
#include "base/units.h"
#include "core/book_rule.h"
#include "core/decimal.h"
#include "core/rollout_case.h"
#include "core/weight.h"
#include "operator.h"

enum { SHOWN_SIZE = 64 };

/* After so long without data a person is asked for. */
#define BLIND_MAX_NS (300 * NS_PER_S)

static bool wrong(
    enum option_id id, const char *value, const char *expected, struct error *err) {
    char shown[SHOWN_SIZE];
    safe_text_copy(shown, sizeof shown, slice_of(value));
    return error_set(
        err, ERROR_USAGE, "--%s: expected %s, got \"%s\"", option_row(id)->name,
        expected, shown);
}

/* Steps */

static bool add_step(struct rollout_plan *plan, double share) {
    uint32_t weight_bp = (uint32_t)lround(share * ROLLOUT_BASIS_POINTS);
    uint32_t before_bp =
        plan->step_count > 0 ? plan->steps[plan->step_count - 1].weight_bp : 0;
    if (plan->step_count == ROLLOUT_STEPS_MAX || weight_bp <= before_bp) return false;
    plan->steps[plan->step_count++].weight_bp = weight_bp;
    return true;
}

static bool read_steps(
    const char *value, struct rollout_plan *plan, struct error *err) {
    static const char expected[] =
        "shares that rise to 100%, at most 16, like 5%,25%,50%,100%";
    struct scan scan = scan_of(slice_of(value));
    plan->step_count = 0;
    while (!scan_done(&scan)) {
        double share = 0;
        const struct slice word = scan_until(&scan, ',');
        if (!units_parse_ratio(word, &share) || !add_step(plan, share)) {
            return wrong(OPTION_STEPS, value, expected, err);
        }
    }
    size_t length = strlen(value);
    bool whole = plan->step_count > 0 && value[length - 1] != ',' &&
                 plan->steps[plan->step_count - 1].weight_bp == ROLLOUT_BASIS_POINTS;
    return whole || wrong(OPTION_STEPS, value, expected, err);
}

/* Files of different layers may have said them. */
static bool take_steps(
    const struct config_canary *canary, struct rollout_plan *plan, struct error *err) {
    plan->step_count = 0;
    for (uint32_t i = 0; i < canary->step_count; i++) {
        if (add_step(plan, canary->steps[i])) continue;
        return error_set(err, ERROR_USAGE, "canary.steps: each must be larger");
    }
    return true;
}

/* Numbers */

static bool read_ratio(
    const struct invocation *invocation, enum option_id id, double *to,
    struct error *err) {
    const char *value = invocation->options.values[id];
    double ratio = 0;
    if (!value) return true;
    if (!units_parse_ratio(slice_of(value), &ratio) || ratio < 1e-6 || ratio > 0.2) {
        return wrong(id, value, "a ratio from 0.0001% to 20%, like 1%", err);
    }
    *to = ratio;
    return true;
}

static bool read_material(
    const struct invocation *invocation, double *to, struct error *err) {
    const char *value = invocation->options.values[OPTION_MATERIAL];
    double factor = 0;
    if (!value) return true;
    struct scan scan = scan_of(slice_of(value));
    bool read = decimal_take(&scan, &factor);
    scan_char(&scan, 'x');
    if (!read || !scan_done(&scan) || !(factor >= 1) || factor > 100) {
        return wrong(OPTION_MATERIAL, value, "a factor from 1x to 100x", err);
    }
    *to = factor;
    return true;
}

static bool read_version(
    const struct invocation *invocation, const struct redactor *redactor,
    struct rollout_plan *plan, struct error *err) {
    const char *value = invocation->options.values[OPTION_TO];
    char said[SHOWN_SIZE];
    if (!value) return true;
    discreet_text_copy(redactor, said, sizeof said, slice_of(value));
    if (!rollout_plan_is_version(value) || strcmp(said, value) != 0) {
        return wrong(OPTION_TO, said, "a short version without blanks and quotes", err);
    }
    text_copy(plan->to, sizeof plan->to, value);
    return true;
}

static bool read_rule(
    const struct invocation *invocation, struct rollout_plan *plan, struct error *err) {
    const char *value = invocation->options.values[OPTION_RULE];
    enum rollout_rule rule = ROLLOUT_BY_EVIDENCE;
    if (!value) return true;
    if (!rollout_rule_from_name(value, &rule)) {
        return wrong(OPTION_RULE, value, "evidence or book", err);
    }
    plan->rule = rule;
    return true;
}

/* Whole */

bool canary_wish_default(
    const struct config *config, struct rollout_plan *plan, struct error *err) {
    const struct config_canary *canary = &config_values(config)->canary;
    *plan = (struct rollout_plan){
        .hold_each_ns = canary->hold_each_ns,
        .max_each_ns = canary->max_each_ns,
        .keep_previous_ns = canary->keep_previous_ns,
        .warm_up_ns = canary->warm_up_ns,
        .stale_ns = canary->stale_ns,
        .blind_max_ns = BLIND_MAX_NS,
        .rule = canary->rule,
        .alpha = canary->alpha,
        .material = canary->material,
        .budget_ratio = canary->budget_ratio,
        .manual = canary->manual,
    };
    const char *target = config_target(config)->name;
    text_copy_cut(plan->target, sizeof plan->target, target);
    operator_name(plan->holder);
    operator_host(plan->host);
    if (!take_steps(canary, plan, err)) return false;
    /* What is not decided by then is held: not before it may be decided at all. */
    if (plan->max_each_ns < plan->hold_each_ns) plan->max_each_ns = plan->hold_each_ns;
    return true;
}

static bool read_flags(
    const struct invocation *invocation, const struct redactor *redactor,
    struct rollout_plan *plan, struct error *err) {
    const struct options *options = &invocation->options;
    const char *reason = options->values[OPTION_REASON];
    const char *steps = options->values[OPTION_STEPS];
    if (reason) {
        discreet_text_copy(
            redactor, plan->reason, sizeof plan->reason, slice_of(reason));
    }
    if (options_has(options, OPTION_MANUAL)) plan->manual = true;
    return (!steps || read_steps(steps, plan, err)) &&
           read_version(invocation, redactor, plan, err);
}

static bool read_judgement(
    const struct invocation *invocation, struct rollout_plan *plan, struct error *err) {
    return read_rule(invocation, plan, err) &&
           read_ratio(invocation, OPTION_ALPHA, &plan->alpha, err) &&
           read_ratio(invocation, OPTION_BUDGET, &plan->budget_ratio, err) &&
           read_material(invocation, &plan->material, err);
}

bool canary_wish_check(const struct invocation *invocation, struct error *err) {
    struct rollout_plan any = {0};
    return read_judgement(invocation, &any, err);
}

bool canary_wish_judge(
    const struct invocation *invocation, struct rollout_plan *plan, struct error *err) {
    const char *hold = invocation->options.values[OPTION_HOLD_EACH];
    if (hold) units_parse_duration(slice_of(hold), &plan->hold_each_ns);
    /* What is not decided by then is held: not before it may be decided at all. */
    if (plan->max_each_ns < plan->hold_each_ns) plan->max_each_ns = plan->hold_each_ns;
    if (!read_judgement(invocation, plan, err)) return false;
    const struct rollout_rules rules = canary_wish_rules(plan);
    return rollout_rules_check(&rules, err);
}

bool canary_wish_plan(
    const struct invocation *invocation, const struct config *config,
    struct rollout_plan *plan, struct error *err) {
    return canary_wish_default(config, plan, err) &&
           read_flags(invocation, config_redactor(config), plan, err) &&
           canary_wish_judge(invocation, plan, err);
}

struct rollout_rules canary_wish_rules(const struct rollout_plan *plan) {
    return rollout_case_rules(plan, true);
}

void canary_wish_add_steps(struct text *text, const struct rollout_plan *plan) {
    for (uint32_t i = 0; i < plan->step_count; i++) {
        if (i > 0) text_add(text, ", ");
        weight_add_percent(text, plan->steps[i].weight_bp);
    }
    text_add(text, "; each ");
    units_add_duration(text, plan->hold_each_ns);
    text_add(text, " to ");
    units_add_duration(text, plan->max_each_ns);
    if (plan->manual) text_add(text, ", and each waits for a person");
}

const char *canary_wish_warning(const struct rollout_plan *plan) {
    return plan->rule == ROLLOUT_BY_BOOK ? BOOK_RULE_WARNING : "";
}
