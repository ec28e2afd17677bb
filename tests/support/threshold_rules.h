/* How others decide about a canary, minute by
 * minute and on errors alone: for comparison. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/trials.h"

struct threshold_rules {
    struct trials canary, stable; /* of all minutes */
    uint32_t below_95, below_99;  /* minutes in which fewer succeeded, or none came */
    /* Which of them have rolled back. */
    bool book;         /* more than 1.5 times as many errors, over all */
    bool argo;         /* 95 % of the minute, no failed measurement allowed */
    bool argo_patient; /* three of them allowed */
    bool flagger;      /* 99 % of the minute, five failed checks */
};

/* What came in one more minute. */
void threshold_rules_on_minute(
    struct threshold_rules *rules, const struct trials *canary,
    const struct trials *stable);
