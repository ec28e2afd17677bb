/* Which way of dividing the traffic a target has. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "control/router.h"

/* NULL, with `err` set, when none is configured. */
const struct router_type *router_for(const struct target *target, struct error *err);
