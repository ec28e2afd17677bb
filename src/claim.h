/* An operator's hold on the target while acting on it: others see who has it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "history/lock.h"

struct claim {
    const char *target; /* borrowed */
    const char *user;   /* borrowed */
    struct lock *lock;  /* NULL while it is nobody's, or somebody else's */
};

/* Takes it, or makes sure that it still is ours. False with who has it. */
bool claim_hold(struct claim *claim, struct error *err);

/* Takes it from the holder with that epoch, who is then in `from`, with pid 0 when he
 * has left meanwhile. False when it is somebody else's by now. */
bool claim_take_over(
    struct claim *claim, uint64_t epoch, struct lock_holder *from, struct error *err);

/* Whether it was ours and somebody has taken it over. */
bool claim_is_lost(const struct claim *claim, struct lock_holder *who);

/* Whether somebody else holds it now. */
bool claim_is_elsewhere(const struct claim *claim, struct lock_holder *who);

void claim_release(struct claim *claim);
