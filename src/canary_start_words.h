/* What a start would do, in words or as JSON. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"
#include "core/rollout_plan.h"
#include "core/target.h"
#include "invocation.h"

void canary_start_write(
    const struct rollout_plan *plan, const struct target *target, enum format format,
    struct buffer *to);
