/* Whether a target on this machine may hold as many connections as a load brings. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/text.h"
#include "core/load_plan.h"
#include "core/target.h"

/* Adds what is short, or nothing: the target is elsewhere,
 * has enough, or nobody may look. */
void load_room_add(
    struct text *text, const struct target *target, const struct load_plan *plan);
