/* What takes the traffic back when a rollout's controller dies, as far as the target's
 * configuration tells. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "core/target.h"

enum canary_guard {
    CANARY_GUARD_NONE,     /* the weight stays as it is */
    CANARY_GUARD_LEASE,    /* the router forgets it */
    CANARY_GUARD_WATCHDOG, /* of a Lease in the cluster; seen at the start */
};

enum canary_guard canary_guard_of(const struct target *target);

/* ERROR_FORBIDDEN for production without any; with what to do about it. Where nothing
 * divides the traffic there is nothing to take back. */
bool canary_guard_check(const struct target *target, struct error *err);

/* For who starts it all the same; "" when there is nothing to say. */
const char *canary_guard_warning(const struct target *target);
