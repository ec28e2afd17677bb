/* SPDX-License-Identifier: MIT */
#include "core/rollout_launch.h"

#include <stddef.h>

#include "core/target_record.h"

#define AT(member) RECORD_AT(struct rollout_secret, member)
static const struct record_field secret_fields[] = {{RECORD_TEXT, AT(words)}};
static const struct record secret_record =
    RECORD_OF(struct rollout_secret, secret_fields);
#undef AT

#define AT(member) RECORD_AT(struct rollout_launch, member)

static const struct record_field fields[] = {
    {RECORD_COUNT, AT(kind), .most = ROLLOUT_LAUNCH_COUNT - 1},
    {RECORD_COUNT, AT(epoch)},
    {RECORD_STRUCT, AT(plan), .of = &rollout_plan_record},
    {RECORD_STRUCT, AT(target), .of = &target_record},
    {RECORD_LIST, AT(secrets), .of = &secret_record,
     .count_offset = offsetof(struct rollout_launch, secret_count)},
    {RECORD_TEXT, AT(config)},
};

const struct record rollout_launch_record = RECORD_OF(struct rollout_launch, fields);
