/* Whether a command may act on its target: on production only by name. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "core/target.h"
#include "invocation.h"

/* True for a target that is not production, and for production
 * when --confirm names it or, on a terminal, its name is typed now.
 * `what` completes "this would ...": "send 2 chat requests to http://...".
 * `why` is more about the target's class; "" for nothing. */
bool confirm_act(
    const struct invocation *invocation, const struct target *target, const char *what,
    const char *why, struct error *err);

/* The same for what needs the name whatever the class: --confirm, or typed now. */
bool confirm_name(
    const struct invocation *invocation, const struct target *target, const char *what,
    const char *why, struct error *err);
