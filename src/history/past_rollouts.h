/* The rollouts of a target that have come to an end,
 * from the history, for who only looks. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "core/rollout_past.h"

/* Waits for the file of `path`, and makes none: without it there were none. */
bool past_rollouts_read(
    const char *path, const char *target, struct rollout_past *past, struct error *err);
