/* SPDX-License-Identifier: MIT */
#include "core/rollout_effect.h"

#include <string.h>

#include "base/panic.h"

static const struct {
    const char *name;
    bool is_journaled;
} ops[] = {
#define X(id, name, journaled) [id] = {name, journaled},
    ROLLOUT_OPS(X)
#undef X
};

const char *rollout_op_name(enum rollout_op op) {
    ensure(op < ROLLOUT_OP_COUNT);
    return ops[op].name;
}

bool rollout_op_from_name(const char *name, enum rollout_op *op) {
    for (unsigned i = 0; i < ROLLOUT_OP_COUNT; i++) {
        if (strcmp(ops[i].name, name) != 0) continue;
        *op = (enum rollout_op)i;
        return true;
    }
    return false;
}

bool rollout_op_is_journaled(enum rollout_op op) {
    ensure(op < ROLLOUT_OP_COUNT);
    return ops[op].is_journaled;
}
