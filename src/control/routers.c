/* SPDX-License-Identifier: MIT */
#include "control/routers.h"

const struct router_type *router_for(const struct target *target, struct error *err) {
    if (target->split.socket[0]) return &haproxy_router;
    error_set(
        err, ERROR_USAGE, "nothing divides the traffic of %s: it has no split",
        target->name);
    return NULL;
}
