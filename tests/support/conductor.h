/* Whoever conducts the demo's rollout, known by the lock that a controller has. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "history/lock.h"
#include "support/test_demo.h"

/* `who` as lock_is_held() has it. */
bool conductor_is_there(const struct test_demo_home *home, struct lock_holder *who);

/* Waits until there is none; fails the test when one stays. */
void conductor_leaves(const struct test_demo_home *home);

/* There must be one; it is dead then. Returns who it was. */
struct lock_holder conductor_kill(const struct test_demo_home *home);
