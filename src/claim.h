/* An operator's hold on the target while acting on it: others see who has it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"

struct lock;

struct claim {
    const char *target; /* borrowed */
    const char *user;   /* borrowed */
    struct lock *lock;  /* NULL while it is nobody's, or somebody else's */
};

/* Takes it, or makes sure that it still is ours. False with who has it. */
bool claim_hold(struct claim *claim, struct error *err);

void claim_release(struct claim *claim);
