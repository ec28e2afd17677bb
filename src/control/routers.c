/* SPDX-License-Identifier: MIT */
#include "control/routers.h"

#include "control/watchdog.h"

const struct router_type *router_for(const struct target *target, struct error *err) {
    if (target->split.socket[0]) return &haproxy_router;
    if (target->kubernetes.namespace[0]) return watchdog_router(&target->kubernetes);
    if (target->command.set.arg_count > 0) return &command_router;
    error_set(
        err, ERROR_USAGE, "nothing divides the traffic of %s: it has no split",
        target->name);
    return NULL;
}
