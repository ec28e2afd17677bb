/* What a user does next, and when. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/load_plan.h"
#include "core/random.h"

/* A task by chance, as often as its weight says. */
uint32_t load_turn_task(const struct load_plan *plan, struct random *random);

/* When a user whose turn was to start at `intended_ns` and ended at `done_ns` starts
 * the next one: after thinking, or at its pace. A turn that took longer than the pace
 * is followed by the next one at once. */
uint64_t load_turn_next(
    const struct load_plan *plan, struct random *random, uint64_t intended_ns,
    uint64_t done_ns);
