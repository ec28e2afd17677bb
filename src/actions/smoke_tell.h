/* What a smoke test says of itself: events, and words that are safe to show. For the
 * files of actions/smoke only. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "actions/smoke_state.h"
#include "core/check_judge.h"

/* Target, URL, file and the rows of all checks, none of them run. */
void smoke_tell_plan(struct smoke *smoke);

void smoke_tell_run(struct smoke *smoke, bool active);
void smoke_tell_check(struct smoke *smoke, bool running);
/* The checks behind the one that is run, by name. */
void smoke_tell_waiting(struct smoke *smoke);

/* Words from outside, without secrets and control characters. */
void smoke_tell_words(
    const struct smoke *smoke, char *to, size_t size, struct slice from);

/* What was wanted and what came, as the detail of the check that is run. */
void smoke_tell_finding(struct smoke *smoke, const struct check_finding *finding);
