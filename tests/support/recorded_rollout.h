/* What a rollout's controllers have recorded, decided again by its own rule. For tests
 * that link the whole program. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/rollout_analysis.h"

/* Fails the test when it cannot be read, or when anything
 * comes out otherwise than it was decided: then one of them
 * did not know what its predecessor knew. Freed with free(). */
struct rollout_analysis *recorded_rollout_analyze(const char *id);
void recorded_rollout_expect_same(const char *id);
