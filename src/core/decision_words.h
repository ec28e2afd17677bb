/* A decision in words: values, limits and how many requests they stand on. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/decision.h"

/* Writes `why` from the rest. */
void decision_say(
    struct decision *decision, const struct evidence *evidence,
    const struct decision_moment *moment);
