/* SPDX-License-Identifier: MIT */
#include "support/mixed_users.h"

#include "base/panic.h"
#include "core/harm_metric.h"
#include "core/weight.h"
#include "support/observed.h"

/* Of their activity: one in a hundred asks fifty times as often as the usual one. */
static const double spread = 1.7;

void mixed_users_draw(struct mixed_users *users) {
    ensure(users->count > 0 && users->count <= MIXED_USERS_MAX);
    double sum = 0;
    for (uint32_t i = 0; i < users->count; i++) {
        sum += random_lognormal(&users->random, 1, spread);
        users->activity[i] = sum;
        users->on_canary[i] =
            random_unit(&users->random) < weight_ratio(users->weight_bp);
    }
}

static uint32_t who_asks(struct mixed_users *users) {
    double drawn = random_unit(&users->random) * users->activity[users->count - 1];
    uint32_t low = 0;
    uint32_t high = users->count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (users->activity[middle] > drawn) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

struct observation mixed_users_ask(struct mixed_users *users) {
    uint32_t who = who_asks(users);
    bool on_canary = users->on_canary[who];
    double rate = on_canary ? users->canary_rate : users->stable_rate;
    if (who < users->failing * users->count) rate = 0.5;
    bool failed = random_unit(&users->random) < rate;
    return observed(
        on_canary ? ARM_CANARY : ARM_STABLE, users->weight_bp, who + 1,
        failed ? HARM_BIT(HARM_ERRORS) : 0);
}
