/* What a line of a watch without a screen says: whole words and spaced units, as a
 * screen reader wants them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "report/status_judge.h"

/* "FAIL canary p95 1.41 s, stable 0.92 s, plus 53 percent,
 * limit plus 20 percent, for 60 s, n 8214" */
void plain_add_objective(struct text *text, const struct objective *objective);

/* "status: PASS. stable 36.9 requests per second,
 * errors 0.42 percent, p95 0.96 s, n 2060 in 59 s. redis ok.
 * health ok 4 of 4." Figures that are old at `now_ns` are left out. */
void plain_add_status(
    struct text *text, const struct state *state,
    const struct status_judgement *judgement, uint64_t now_ns);
