/* What a check expects of a body of /metrics. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/check_judge.h"

/* At least one metric that is known, Prometheus text or JSON, with a value. */
void check_judge_metrics(
    const struct check_answer *answer, struct check_finding *finding);

/* One series, {name, value} or a bare name:
 * it is there, and each that fits has the value. */
void check_judge_series(
    const struct node *node, const struct check_answer *answer, matcher_regex_fn regex,
    struct check_finding *finding);
