/* Whom a load generator asks: the target of the configuration,
 * as far as a generator can go its ways. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "core/load_plan.h"
#include "core/target.h"

/* The target's secrets must be filled in already. ERROR_USAGE for a way that a
 * generator does not go: a proxy. */
bool load_aim(const struct target *target, struct load_target *aim, struct error *err);
