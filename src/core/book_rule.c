/* SPDX-License-Identifier: MIT */
#include "core/book_rule.h"

#include "core/decision.h"
#include "core/weight.h"

static const double errors_times = 1.5;
static const double p95_times = 1.2;
static const double p95 = 0.95;

double book_rule_p95_us(const struct evidence *evidence, enum arm arm) {
    return histogram_quantile(&evidence->latencies[arm], p95);
}

const struct trials *book_rule_errors(const struct evidence *evidence, enum arm arm) {
    const struct harm *errors = &evidence->harms[HARM_ERRORS];
    bool is_gone = arm == ARM_STABLE && errors->step[arm].count == 0;
    return is_gone ? &errors->all[arm] : &errors->step[arm];
}

/* Comparisons with what was not seen, which is no number, are false. */
bool book_rule_is_bad(const struct evidence *evidence) {
    double canary = trials_rate(book_rule_errors(evidence, ARM_CANARY));
    double stable = trials_rate(book_rule_errors(evidence, ARM_STABLE));
    bool fails = canary > errors_times * stable;
    bool is_slow = book_rule_p95_us(evidence, ARM_CANARY) >
                   p95_times * book_rule_p95_us(evidence, ARM_STABLE);
    return fails || is_slow;
}

bool book_rule_may_promote(
    const struct evidence *evidence, const struct decision_moment *moment) {
    bool is_seen = book_rule_errors(evidence, ARM_CANARY)->count > 0 &&
                   book_rule_errors(evidence, ARM_STABLE)->count > 0;
    bool is_weight = moment->next_bp > 0 && moment->next_bp <= WEIGHT_ALL_BP;
    return is_seen && is_weight && moment->is_ready &&
           moment->in_step_ms >= evidence->rules.hold_ms && !book_rule_is_bad(evidence);
}
