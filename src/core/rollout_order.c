/* SPDX-License-Identifier: MIT */
#include "core/rollout_order.h"

#include <string.h>

#include "base/panic.h"

#define AT(member) RECORD_AT(struct rollout_order, member)

static const struct record_field fields[] = {
    {RECORD_COUNT, AT(kind), .most = ROLLOUT_ORDER_COUNT - 1},
    {RECORD_COUNT, AT(number)},
    {RECORD_COUNT, AT(expected_version)},
    {RECORD_COUNT, AT(force)},
    {RECORD_TEXT, AT(who)},
    {RECORD_TEXT, AT(host)},
    {RECORD_TEXT, AT(reason)},
};

const struct record rollout_order_record = RECORD_OF(struct rollout_order, fields);

static const char *const names[] = {
#define X(id, name) [id] = name
    ROLLOUT_ORDERS(X)
#undef X
};

const char *rollout_order_name(enum rollout_order_kind kind) {
    ensure(kind < ROLLOUT_ORDER_COUNT);
    return names[kind];
}

bool rollout_order_from_name(const char *name, enum rollout_order_kind *kind) {
    for (unsigned i = 0; i < ROLLOUT_ORDER_COUNT; i++) {
        if (strcmp(names[i], name) != 0) continue;
        *kind = (enum rollout_order_kind)i;
        return true;
    }
    return false;
}
