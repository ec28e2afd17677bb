/* The rollout that an operator at the screens may start, as far as the configuration
 * says it: all but the version. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/rollout_plan.h"
#include "core/rollout_rules.h"

enum { ROLLOUT_DRAFT_WORDS_SIZE = 384 };

/* All words are sanitised. */
struct rollout_draft {
    char blocked[ROLLOUT_DRAFT_WORDS_SIZE]; /* why none can be started; "": one can */
    struct rollout_plan plan;               /* without identifier and versions */
    struct rollout_rules rules;             /* by which it is judged */
    const char *warning;                    /* of the rule; "" for none; borrowed */
    bool external; /* somebody else sees to the instances: they have to be there */
    bool starting; /* one is on its way, and not answered yet */
    char router[ROLLOUT_DRAFT_WORDS_SIZE]; /* what divides the traffic */
    char deploy[ROLLOUT_DRAFT_WORDS_SIZE]; /* how the version gets there */
    char guard[ROLLOUT_DRAFT_WORDS_SIZE];  /* what happens when the controller dies */
};
