/* What one look has found, and its judgement: a part for every way in which asking can
 * end, or a fixture. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "report/status_judge.h"
#include "report/status_report.h"
#include "support/fixture_model.h"

enum { LOOKED_S = 1000 }; /* when the look ended, on its clock */

struct looked {
    struct state state; /* settled: the look is over */
    struct target target;
    struct status_judgement judgement;
    uint64_t now_ns;
};

/* The agent answers, its canary is silent,
 * Redis refuses and nobody asked for some. Freed with free(). */
struct looked *looked_new(void);
struct looked *looked_at_fixture(enum fixture fixture);

/* Borrows all of it. */
struct status_report looked_report(const struct looked *looked);
