/* The knee: the highest rate at which a service still
 * keeps its gates, searched in a bounded number of steps.
 * Doubles until a step fails, then halves what lies between. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/verdict.h"

enum { KNEE_STEPS_MAX = 24 };

enum knee_end {
    KNEE_SEARCHES,
    KNEE_FOUND,   /* between `kept` and `broken` */
    KNEE_ABOVE,   /* even the highest allowed rate was kept */
    KNEE_BELOW,   /* not even the lowest one that makes sense was */
    KNEE_LIMITED, /* a step said nothing: the generator, or the target, was not there */
};

struct knee {
    double least, most; /* rates that are tried, a second */
    double precision;   /* how near the two must be: 0.05 is 5 % of the lower one */
    double kept;        /* the highest rate that was; 0: none yet */
    double broken;      /* the lowest rate that was not; 0: none yet */
    double rate;        /* to try next */
    uint32_t steps, steps_most;
    enum knee_end end;
};

/* Begins at `start`, which lies between the two; at most KNEE_STEPS_MAX steps. */
void knee_init(struct knee *knee, double start, double least, double most);

/* What the step at `knee->rate` found: PASS, FAIL, or anything else for nothing at all.
 * False when the search is over. */
bool knee_on_step(struct knee *knee, enum verdict verdict);

const char *knee_end_words(enum knee_end end);
