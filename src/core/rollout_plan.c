/* SPDX-License-Identifier: MIT */
#include "core/rollout_plan.h"

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
