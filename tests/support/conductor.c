/* SPDX-License-Identifier: MIT */
#include "support/conductor.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/rollout_place.h"
#include "support/life.h"

enum { LEAVE_LIMIT_MS = 20000 };

bool conductor_is_there(const struct test_demo_home *home, struct lock_holder *who) {
    char folder[TEST_PATH_SIZE], name[ROLLOUT_LOCK_SIZE];
    test_folder_path(&home->logs, "flightdeck", folder);
    rollout_lock_name("demo", name);
    return lock_is_held(folder, name, who);
}

void conductor_leaves(const struct test_demo_home *home) {
    struct lock_holder who = {0};
    /* The kernel gives the lock back before it tells of the end. */
    while (conductor_is_there(home, &who)) {
        if (process_ends(who.pid, LEAVE_LIMIT_MS)) continue;
        fail_msg("its controller stays: %d", (int)who.pid);
    }
}

struct lock_holder conductor_kill(const struct test_demo_home *home) {
    struct lock_holder who = {0};
    assert_true(conductor_is_there(home, &who));
    assert_true(who.pid > 0);
    kill(who.pid, SIGKILL);
    assert_true(process_ends(who.pid, LEAVE_LIMIT_MS));
    return who;
}
