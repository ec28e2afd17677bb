/* SPDX-License-Identifier: MIT */
#include "ui/role.h"

#include <string.h>

#include "base/panic.h"

static const char *const role_names[] = {
#define X(id, name) [id] = (name)
    ROLES(X),
#undef X
};

const char *role_name(enum role role) {
    ensure((unsigned)role < ROLE_COUNT);
    return role_names[role];
}

bool role_from_name(const char *name, enum role *role) {
    for (unsigned i = ROLE_NONE + 1; i < ROLE_COUNT; i++) {
        if (strcmp(role_names[i], name) == 0) {
            *role = (enum role)i;
            return true;
        }
    }
    return false;
}
