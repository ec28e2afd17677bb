/* SPDX-License-Identifier: MIT */
#include "core/target_kubernetes.h"

#include <stddef.h>

bool target_kubernetes_is_name(const char *name) {
    for (const char *c = name; *c; c++) {
        bool inner = (*c == '-' || *c == '.') && c != name && c[1];
        if (!inner && !(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9')) {
            return false;
        }
    }
    return true;
}

bool target_kubernetes_check(
    const struct target_kubernetes *target, struct error *err) {
    const char *const names[] = {target->namespace, target->stable, target->canary,
                                 target->service,   target->route,  target->rollout,
                                 target->lease};
    if (!*target->namespace) {
        return error_set(err, ERROR_USAGE, "split.kubernetes is not configured");
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (target_kubernetes_is_name(names[i])) continue;
        return error_set(
            err, ERROR_USAGE, "split.kubernetes: no object can be called \"%s\"",
            names[i]);
    }
    return true;
}
