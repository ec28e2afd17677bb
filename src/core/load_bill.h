/* What a load run would send at most and what that may cost: told before it starts. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/load_plan.h"
#include "core/target.h"

struct load_bill {
    double requests; /* at most, as far as the plan says; without polls of jobs */
    double peak_rps; /* at most; infinity for users that never think */
    double tokens;   /* NaN when nobody has said how many a request takes */
    double usd;      /* NaN when the price is not known */
    bool free;       /* a local target without a paid model behind it */
};

/* A server that answers at once gets the most: think times are all that holds users
 * back. */
void load_bill_of(
    const struct load_plan *plan, const struct target *target, struct load_bill *bill);

/* How much production gets without a word in the operator's own configuration. */
#define LOAD_PRODUCTION_RPS 10.0

/* The most that this target may get a second; infinity where nothing limits it. */
double load_bill_cap(const struct target *target);
