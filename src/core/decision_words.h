/* A decision in words: values, limits and how many requests they stand on. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/text.h"
#include "core/decision.h"

/* Writes `why` from the rest. */
void decision_say(
    struct decision *decision, const struct evidence *evidence,
    const struct decision_moment *moment);

/* What happens next: "promote to 25 % when extra failures are at most 4.00 points". */
void decision_add_next(
    struct text *text, const struct decision *decision,
    const struct decision_moment *moment);
