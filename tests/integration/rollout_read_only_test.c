/* A rollout whose controller is dead, on a file system that has become read-only: it is
 * taken back all the same, and nothing else is done. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "history/lock.h"
#include "history/rollout_last.h"
#include "io/folders.h"
#include "io/rollout_place.h"
#include "support/routed_rollout.h"
#include "support/small_disk.h"

enum { SKIPPED = 77 };

static const struct users_options some = {.count = 500};

/* The disk is as it was, for everybody but controllers that are started from now on. */
static void freeze(struct routed_rollout *routed, char folder[TEST_PATH_SIZE]) {
    test_folder_path(&routed->folder, "flightdeck", folder);
    routed->rollout.read_only = folder;
}

static void open_first_step(struct routed_rollout *routed) {
    const struct routed_options options = {0};
    routed_init(routed, &options);
    routed->rollout.launch->plan.manual = true;
    routed_begin(routed, &some);
    routed_wait_for(routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 1);
    routed_wait_for_weight(routed, "500");
}

static struct rollout_last last_one(void) {
    struct rollout_last last;
    struct error err = {0};
    if (!rollout_last_read("", ROUTED_TARGET, &last, &err)) fail_msg("%s", err.message);
    return last;
}

/* As the command does for who is not answered. */
static bool take_up(struct routed_rollout *routed, enum rollout_launch_kind kind) {
    routed->rollout.launch->kind = kind;
    return rollout_scene_start(&routed->rollout);
}

static void take_back(struct routed_rollout *routed) {
    assert_true(rollout_scene_order(&routed->rollout, ROLLOUT_ORDER_ABORT, "bob"));
    routed_wait_for(routed, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD, 0);
    routed_wait_for_weight(routed, "0");
}

/* The journal knows nothing of it; once it can be written, whoever comes writes it. */
static void end_it(struct routed_rollout *routed) {
    assert_false(last_one().rollout.ended);
    rollout_scene_kill(&routed->rollout);
    routed->rollout.read_only = NULL;
    assert_true(take_up(routed, ROLLOUT_LAUNCH_RESUME));
    assert_true(rollout_scene_order(&routed->rollout, ROLLOUT_ORDER_ABORT, "cleo"));
    routed_see_off(routed);
    assert_true(last_one().rollout.ended);
    routed_expect_no_failure(routed);
    routed_clear(routed);
}

static void a_dead_controller_s_rollout_is_taken_back(void **state) {
    static struct routed_rollout routed;
    char folder[TEST_PATH_SIZE];
    (void)state;
    open_first_step(&routed);
    rollout_scene_kill(&routed.rollout);
    freeze(&routed, folder);
    assert_true(take_up(&routed, ROLLOUT_LAUNCH_RESUME));
    rollout_scene_turn(&routed.rollout);
    assert_false(rollout_scene_order(&routed.rollout, ROLLOUT_ORDER_PROMOTE, "bob"));
    take_back(&routed);
    end_it(&routed);
}

/* It hangs, and whoever takes it back means it: it is ended first. */
static void a_hanging_controller_is_replaced(void **state) {
    static struct routed_rollout routed;
    char folder[TEST_PATH_SIZE], state_folder[FOLDER_PATH_SIZE];
    char name[ROLLOUT_LOCK_SIZE];
    struct lock_holder who = {0};
    struct error err = {0};
    (void)state;
    open_first_step(&routed);
    rollout_lock_name(ROUTED_TARGET, name);
    assert_true(folder_state(state_folder, &err));
    assert_true(lock_is_held(state_folder, name, &who));
    assert_int_equal(kill(who.pid, SIGSTOP), 0);
    rollout_link_free(routed.rollout.link);
    routed.rollout.link = NULL;
    freeze(&routed, folder);
    routed.rollout.launch->epoch = who.epoch - 1; /* somebody else was meant */
    assert_false(take_up(&routed, ROLLOUT_LAUNCH_TAKEOVER));
    assert_non_null(strstr(routed.rollout.started.words, "held by"));
    routed.rollout.launch->epoch = who.epoch;
    assert_true(take_up(&routed, ROLLOUT_LAUNCH_TAKEOVER));
    take_back(&routed);
    routed.rollout.launch->epoch = 0;
    end_it(&routed);
}

/* Nothing new is begun there. */
static void no_rollout_is_begun(void **state) {
    static struct routed_rollout routed;
    char folder[TEST_PATH_SIZE];
    (void)state;
    open_first_step(&routed);
    routed_abort(&routed);
    freeze(&routed, folder);
    assert_false(take_up(&routed, ROLLOUT_LAUNCH_BEGIN));
    assert_non_null(strstr(routed.rollout.started.words, "ead-only"));
    routed_expect_course(&routed, "0 500 0");
    routed_clear(&routed);
}

int main(void) {
    if (!small_disk_is_allowed()) return SKIPPED;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_controller_s_rollout_is_taken_back),
        cmocka_unit_test(a_hanging_controller_is_replaced),
        cmocka_unit_test(no_rollout_is_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
