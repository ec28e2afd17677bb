/* SPDX-License-Identifier: MIT */
#include "core/rollout_plan.h"

#include <string.h>

static const struct record_field step_fields[] = {
    {RECORD_COUNT, RECORD_AT(struct rollout_step, weight_bp),
     .most = ROLLOUT_BASIS_POINTS},
};

static const struct record step_record = RECORD_OF(struct rollout_step, step_fields);

#define AT(member) RECORD_AT(struct rollout_plan, member)

static const struct record_field fields[] = {
    {RECORD_TEXT, AT(id)},
    {RECORD_TEXT, AT(target)},
    {RECORD_TEXT, AT(from)},
    {RECORD_TEXT, AT(to)},
    {RECORD_TEXT, AT(holder)},
    {RECORD_TEXT, AT(host)},
    {RECORD_TEXT, AT(reason)},
    {RECORD_LIST, AT(steps), .of = &step_record,
     .count_offset = offsetof(struct rollout_plan, step_count)},
    {RECORD_COUNT, AT(hold_each_ns)},
    {RECORD_COUNT, AT(max_each_ns)},
    {RECORD_COUNT, AT(keep_previous_ns)},
    {RECORD_COUNT, AT(warm_up_ns)},
    {RECORD_COUNT, AT(stale_ns)},
    {RECORD_COUNT, AT(blind_max_ns)},
    {RECORD_COUNT, AT(rule), .most = ROLLOUT_RULE_COUNT - 1},
    {RECORD_REAL, AT(alpha)},
    {RECORD_REAL, AT(material)},
    {RECORD_REAL, AT(budget_ratio)},
    {RECORD_COUNT, AT(manual)},
};

const struct record rollout_plan_record = RECORD_OF(struct rollout_plan, fields);

bool rollout_plan_is_version(const char *version) {
    size_t length = strlen(version);
    for (size_t i = 0; i < length; i++) {
        bool plain = version[i] > ' ' && version[i] < 0x7F;
        if (!plain || strchr("\"'\\`$", version[i])) return false;
    }
    return length > 0 && length < STATE_VERSION_SIZE;
}

static bool check_steps(const struct rollout_plan *plan, struct error *err) {
    uint32_t before = 0;
    if (plan->step_count == 0) return error_set(err, ERROR_USAGE, "a plan has no step");
    for (uint32_t i = 0; i < plan->step_count; i++) {
        uint32_t weight_bp = plan->steps[i].weight_bp;
        if (weight_bp <= before) {
            return error_set(err, ERROR_USAGE, "the weights of the steps have to rise");
        }
        before = weight_bp;
    }
    if (before == ROLLOUT_BASIS_POINTS) return true;
    return error_set(err, ERROR_USAGE, "the last step has to be all the traffic");
}

bool rollout_plan_check(const struct rollout_plan *plan, struct error *err) {
    if (!plan->id[0] || !plan->target[0]) {
        return error_set(err, ERROR_USAGE, "a plan without a name or a target");
    }
    if (!plan->to[0]) return error_set(err, ERROR_USAGE, "no version to let in");
    if (strcmp(plan->from, plan->to) == 0) {
        return error_set(err, ERROR_USAGE, "stable is %s already", plan->to);
    }
    if (plan->max_each_ns < plan->hold_each_ns) {
        return error_set(err, ERROR_USAGE, "a step that lasts longer than it may");
    }
    bool is_sound = plan->alpha > 0 && plan->alpha < 1 && plan->material >= 1 &&
                    plan->budget_ratio > 0 && plan->budget_ratio < 1 &&
                    plan->stale_ns > 0 && plan->blind_max_ns > 0;
    if (!is_sound) return error_set(err, ERROR_USAGE, "harm: a number out of range");
    return check_steps(plan, err);
}
