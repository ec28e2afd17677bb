/* SPDX-License-Identifier: MIT */
#include "core/rollout_record.h"

#define AT(member) RECORD_AT(struct rollout, member)

static const struct record_field fields[] = {
    {RECORD_STRUCT, AT(plan), .of = &rollout_plan_record},
    {RECORD_COUNT, AT(phase), .most = ROLLOUT_PHASE_COUNT - 1},
    {RECORD_COUNT, AT(hold), .most = ROLLOUT_HOLD_COUNT - 1},
    {RECORD_COUNT, AT(held_at), .most = ROLLOUT_PHASE_COUNT - 1},
    {RECORD_COUNT, AT(step), .most = ROLLOUT_STEPS_MAX - 1},
    {RECORD_COUNT, AT(wanted_bp), .most = ROLLOUT_BASIS_POINTS},
    {RECORD_COUNT, AT(before_bp), .most = ROLLOUT_BASIS_POINTS},
    {RECORD_COUNT, AT(version)},
    {RECORD_COUNT, AT(ended)},
    {RECORD_COUNT, AT(has_begun)},
    {RECORD_COUNT, AT(drifted)},
    {RECORD_COUNT, AT(finalizing)},
    {RECORD_COUNT, AT(releasing)},
    {RECORD_COUNT, AT(restoring)},
    {RECORD_COUNT, AT(unrestored)},
    {RECORD_TEXT, AT(reason)},
    {RECORD_TEXT, AT(actor)},
};

const struct record rollout_record = RECORD_OF(struct rollout, fields);
