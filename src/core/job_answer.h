/* What a service says of a job: whether it has ended, and how. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/node.h"
#include "core/router_unit.h"
#include "core/target_way.h"

struct job_answer {
    bool has_ended;
    struct router_unit_end end; /* times and costs as far as they are told */
};

/* By the target's words for an end. Those that stand for a good one are "completed",
 * "complete", "done", "finished", "ok", "success" and "succeeded"; every other is a
 * failure. ERROR_PROTOCOL when it does not say. */
bool job_answer_read(
    const struct node *root, const struct target_chat *chat, struct job_answer *answer,
    struct error *err);
