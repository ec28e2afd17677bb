/* What somebody asks of a rollout on the command line,
 * over what the configuration says. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "config.h"
#include "core/rollout_plan.h"
#include "core/rollout_rules.h"
#include "invocation.h"

/* What the configuration says, by whoever sits here;
 * without identifier and versions. */
bool canary_wish_default(
    const struct config *config, struct rollout_plan *plan, struct error *err);

/* Everything but the identifier and the version now. ERROR_USAGE with the option, its
 * value and what was expected. */
bool canary_wish_plan(
    const struct invocation *invocation, const struct config *config,
    struct rollout_plan *plan, struct error *err);

/* Only how it is decided, over what the plan says; in the same way. */
bool canary_wish_judge(
    const struct invocation *invocation, struct rollout_plan *plan, struct error *err);

/* Whether what is said of how it is decided is sound,
 * whatever the plan; in the same way. */
bool canary_wish_check(const struct invocation *invocation, struct error *err);

/* By which rules such a rollout is judged. */
struct rollout_rules canary_wish_rules(const struct rollout_plan *plan);

/* "5% 25% 50% 100%, each 10m to 1h". */
void canary_wish_add_steps(struct text *text, const struct rollout_plan *plan);

/* The warning that belongs to the rule, or "". */
const char *canary_wish_warning(const struct rollout_plan *plan);
