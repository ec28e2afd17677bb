/* SPDX-License-Identifier: MIT */
#include "canary_guard.h"

#define NOT_GUARDED "nothing takes the traffic back when the controller dies"

enum canary_guard canary_guard_of(const struct target *target) {
    if (target->split.socket[0]) return CANARY_GUARD_LEASE;
    bool is_clustered = target->kubernetes.namespace[0] != '\0';
    return is_clustered && target->kubernetes.lease[0] ? CANARY_GUARD_WATCHDOG
                                                       : CANARY_GUARD_NONE;
}

static bool is_divided(const struct target *target) {
    return target->split.socket[0] || target->command.set.arg_count > 0 ||
           target->kubernetes.namespace[0];
}

bool canary_guard_check(const struct target *target, struct error *err) {
    bool is_free = target->class != TARGET_PRODUCTION || !is_divided(target) ||
                   canary_guard_of(target) != CANARY_GUARD_NONE;
    if (is_free) return true;
    return error_set(
        err, ERROR_FORBIDDEN, NOT_GUARDED ", and %s is production: it needs %s",
        target->name,
        target->kubernetes.namespace[0]
            ? "split.kubernetes.lease, and its watchdog in the cluster"
            : "a router that lends the weight (split.haproxy)");
}

const char *canary_guard_warning(const struct target *target) {
    bool is_guarded =
        !is_divided(target) || canary_guard_of(target) != CANARY_GUARD_NONE;
    return is_guarded ? "" : NOT_GUARDED ": the weight stays as it is then";
}
