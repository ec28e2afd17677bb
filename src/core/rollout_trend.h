/* The evidence of harm that each metric of a
 * rollout gave, over time: of the newest one. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/rollout_status.h"
#include "core/series.h"

/* All zero: of none. Too large for a stack. */
struct rollout_trend {
    char id[ULID_STRING_SIZE];
    char names[ROLLOUT_METRICS_MAX][ROLLOUT_METRIC_NAME_SIZE];
    struct series logs[ROLLOUT_METRICS_MAX]; /* natural logarithms of the e-values */
};

/* What its controller published at that time. What ended counts no more. */
void rollout_trend_take(
    struct rollout_trend *trend, const struct rollout_status *status, uint64_t at_ns);

/* The series of the metric in that place of the status; NULL when the trend is of
 * another rollout, such as when an earlier one is looked at. */
const struct series *rollout_trend_of(
    const struct rollout_trend *trend, const struct rollout_status *status,
    uint32_t metric);
