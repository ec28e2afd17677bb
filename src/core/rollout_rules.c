/* SPDX-License-Identifier: MIT */
#include "core/rollout_rules.h"

#include <string.h>

#include "core/harm_metric.h"

enum {
    HOLD_MS = 10 * 60 * 1000,
    MOST_MS = 60 * 60 * 1000,
    DATA_AGE_MS = 15 * 1000,
};

static const char *const rule_names[ROLLOUT_RULE_COUNT] = {
#define X(id, name) [id] = (name)
    ROLLOUT_RULES(X)
#undef X
};

const char *rollout_rule_name(enum rollout_rule rule) {
    return rule_names[rule];
}

bool rollout_rule_from_name(const char *name, enum rollout_rule *rule) {
    for (int i = 0; i < ROLLOUT_RULE_COUNT; i++) {
        if (strcmp(rule_names[i], name) != 0) continue;
        *rule = (enum rollout_rule)i;
        return true;
    }
    return false;
}

struct rollout_rules rollout_rules_default(void) {
    return (struct rollout_rules){
        .rule = ROLLOUT_BY_EVIDENCE,
        .metrics = HARM_USUAL,
        .alpha = 0.01,
        .failures_tolerated = 1,
        .slower_tolerated = 1,
        .material_ratio = 1.5,
        .material_extra = 0.01,
        .material_slower = 0.05,
        .budget = 0.01,
        .gate_alpha = 0.05,
        .hold_ms = HOLD_MS,
        .most_ms = MOST_MS,
        .data_age_most_ms = DATA_AGE_MS,
    };
}

struct limit {
    const char *name;
    double value, above, most;
};

/* Also refuses what is no number. */
static bool is_within(const struct limit *limit, struct error *err) {
    if (limit->value > limit->above && limit->value <= limit->most) return true;
    return error_set(
        err, ERROR_USAGE, "%s is %g; it must be above %g and at most %g", limit->name,
        limit->value, limit->above, limit->most);
}

bool rollout_rules_check(const struct rollout_rules *rules, struct error *err) {
    const struct limit limits[] = {
        {"alpha", rules->alpha, 0, 0.2},
        {"the tolerated ratio of failures", rules->failures_tolerated, 0.99, 100},
        {"the tolerated slowness", rules->slower_tolerated, 0.99, 100},
        {"the material ratio", rules->material_ratio, 0.99, 1000},
        {"the material difference", rules->material_extra, 0, 1},
        {"the material difference of what is slow", rules->material_slower, 0, 1},
        {"the budget", rules->budget, 0, 0.5},
        {"the gate's alpha", rules->gate_alpha, 0, 0.5},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        if (!is_within(&limits[i], err)) return false;
    }
    if ((rules->metrics & HARM_BIT(HARM_ERRORS)) == 0 ||
        (rules->metrics & ~HARM_ALL) != 0) {
        return error_set(err, ERROR_USAGE, "a rollout looks at errors at least");
    }
    if (rules->most_ms < rules->hold_ms) {
        return error_set(
            err, ERROR_USAGE, "a step cannot last at least %llu ms and at most %llu ms",
            (unsigned long long)rules->hold_ms, (unsigned long long)rules->most_ms);
    }
    return true;
}

#define AT(member) RECORD_AT(struct rollout_rules, member)
static const struct record_field rollout_rules_fields[] = {
    {RECORD_COUNT, AT(rule), .most = ROLLOUT_RULE_COUNT - 1},
    {RECORD_COUNT, AT(metrics), .most = HARM_ALL},
    {RECORD_COUNT, AT(is_split_unknown), .most = 1},
    {RECORD_REAL, AT(alpha)},
    {RECORD_REAL, AT(failures_tolerated)},
    {RECORD_REAL, AT(slower_tolerated)},
    {RECORD_REAL, AT(material_ratio)},
    {RECORD_REAL, AT(material_extra)},
    {RECORD_REAL, AT(material_slower)},
    {RECORD_REAL, AT(budget)},
    {RECORD_REAL, AT(gate_alpha)},
    {RECORD_COUNT, AT(hold_ms)},
    {RECORD_COUNT, AT(most_ms)},
    {RECORD_COUNT, AT(data_age_most_ms)},
};
#undef AT
const struct record rollout_rules_record =
    RECORD_OF(struct rollout_rules, rollout_rules_fields);
