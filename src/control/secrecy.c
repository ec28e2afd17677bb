/* SPDX-License-Identifier: MIT */
#include "control/secrecy.h"

#include "base/discreet_text.h"

#define KEEP(array) discreet_text_mend(redactor, (array), sizeof(array))

struct redactor *secrecy_of(const struct rollout_launch *launch) {
    struct redactor *redactor = redactor_new();
    for (uint32_t i = 0; i < launch->secret_count; i++) {
        redactor_add(redactor, slice_of(launch->secrets[i].words));
    }
    return redactor;
}

/* The target's name is the key under which all of it is found again,
 * and the version what instances are compared with:
 * they stay, and a secret is refused as one before. */
void secrecy_keep_plan(const struct redactor *redactor, struct rollout_plan *plan) {
    KEEP(plan->holder);
    KEEP(plan->host);
    KEEP(plan->reason);
}

void secrecy_keep_order(const struct redactor *redactor, struct rollout_order *order) {
    KEEP(order->who);
    KEEP(order->host);
    KEEP(order->reason);
}

void secrecy_keep_rollout(const struct redactor *redactor, struct rollout *rollout) {
    secrecy_keep_plan(redactor, &rollout->plan);
    KEEP(rollout->reason);
    KEEP(rollout->actor);
    KEEP(rollout->sight.words);
    KEEP(rollout->reading.words);
}

void secrecy_keep_status(
    const struct redactor *redactor, struct rollout_status *status) {
    KEEP(status->from);
    KEEP(status->to);
    KEEP(status->holder);
    KEEP(status->host);
    KEEP(status->reason);
    KEEP(status->actor);
    KEEP(status->next);
    KEEP(status->why_not_now);
    KEEP(status->unrecorded);
}
