/* What a generator needs of the machine for its plan, before it starts. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/load_message.h"

/* Raises the limit of descriptors. False when the plan cannot be done here; notes in
 * `ready` for what may spoil it. */
bool preflight(
    const struct load_plan *plan, struct load_ready *ready, struct error *err);
