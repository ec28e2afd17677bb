/* A rollout whose controller dies, or whose router somebody else changes. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "history/rollout_last.h"
#include "history/store.h"
#include "io/sqlite.h"
#include "support/recorded_rollout.h"
#include "support/rollout_scene.h"

static void a_dead_controller_leaves_no_weight_behind(void **state) {
    struct rollout_scene *scene = *state;
    rollout_scene_start_manual(scene);
    rollout_scene_promote(scene);
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, 2});
    rollout_scene_kill(scene);
    rollout_scene_wait_for_weight(scene, -1);
    /* A new one can not be begun over it; the same one is taken up. */
    assert_false(rollout_scene_start(scene));
    assert_non_null(strstr(scene->started.words, "resume or abort"));
    scene->launch->kind = ROLLOUT_LAUNCH_RESUME;
    assert_true(rollout_scene_start(scene));
    rollout_scene_wait(
        scene, &(struct rollout_goal){ROLLOUT_HOLD, ROLLOUT_HELD_CRASH, 2});
    assert_non_null(strstr(scene->status.reason, "the controller was away for"));
    assert_non_null(strstr(scene->status.reason, "traffic returned to stable"));
    assert_int_equal(rollout_scene_weight(scene), -1);
    /* Not before somebody can see what it does. */
    rollout_scene_insist(scene, ROLLOUT_ORDER_RESUME, "ann");
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, 2});
    assert_int_equal(rollout_scene_weight(scene), 2500);
}

static void a_controller_that_is_back_at_once_goes_on(void **state) {
    struct rollout_scene *scene = *state;
    rollout_scene_start_manual(scene);
    rollout_scene_kill(scene);
    scene->launch->kind = ROLLOUT_LAUNCH_RESUME;
    assert_true(rollout_scene_start(scene));
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, 1});
    assert_true(rollout_scene_weight(scene) == 500);
    /* Its last checkpoint and what was recorded since:
     * nothing that it counted is missing. */
    recorded_rollout_expect_same(scene->status.id);
}

static void nobodys_weight_is_overwritten(void **state) {
    struct rollout_scene *scene = *state;
    rollout_scene_start_manual(scene);
    rollout_scene_meddle(scene, 777);
    rollout_scene_wait(
        scene, &(struct rollout_goal){ROLLOUT_HOLD, ROLLOUT_HELD_DRIFT, 1});
    assert_non_null(strstr(scene->status.reason, "somebody else"));
    rollout_scene_wait_for_weight(scene, -1); /* nor kept alive */
}

static void a_weight_that_somebody_took_back_stays_at_0(void **state) {
    struct rollout_scene *scene = *state;
    rollout_scene_start_manual(scene);
    rollout_scene_meddle(scene, 0);
    rollout_scene_wait(
        scene, &(struct rollout_goal){ROLLOUT_HOLD, ROLLOUT_HELD_DRIFT, 1});
    assert_non_null(strstr(scene->status.reason, "traffic is on stable"));
}

/* Nothing goes forward, and going back waits for no disk. */
static void who_cannot_write_goes_nowhere_but_back(void **state) {
    struct rollout_scene *scene = *state;
    const struct rlimit full = {0, RLIM_INFINITY};
    const struct rlimit empty = {RLIM_INFINITY, RLIM_INFINITY};
    struct rollout_last last;
    struct error err;
    rollout_scene_start_manual(scene);
    pid_t pid = rollout_scene_pid(scene);
    assert_int_equal(prlimit(pid, RLIMIT_FSIZE, &full, NULL), 0);
    assert_true(rollout_scene_order(scene, ROLLOUT_ORDER_HOLD, "ann"));
    rollout_scene_wait(
        scene, &(struct rollout_goal){ROLLOUT_HOLD, ROLLOUT_HELD_JOURNAL, 1});
    assert_non_null(strstr(scene->status.reason, "could not be written down"));
    assert_int_equal(rollout_scene_weight(scene), 500);
    assert_true(rollout_scene_order(scene, ROLLOUT_ORDER_ABORT, "ann"));
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_ROLLED_BACK, 0, 0});
    assert_true(rollout_scene_weight(scene) <= 0);
    assert_true(rollout_last_read("", scene->launch->plan.target, &last, &err));
    assert_false(last.rollout.ended);
    /* Whoever looks at it later has to know. */
    assert_int_equal(prlimit(pid, RLIMIT_FSIZE, &empty, NULL), 0);
    while (rollout_scene_pid(scene) > 0) rollout_scene_breathe(scene);
    assert_true(rollout_last_read("", scene->launch->plan.target, &last, &err));
    assert_true(last.rollout.ended);
    assert_int_equal(last.rollout.phase, ROLLOUT_ROLLED_BACK);
    assert_string_equal(last.rollout.actor, "ann@ops1");
}

/* Somebody's backup, say: that is no takeover, and no reason to leave. */
static void who_waits_too_long_for_the_journal_stays(void **state) {
    struct rollout_scene *scene = *state;
    char path[TEST_PATH_SIZE];
    struct error err;
    scene->launch->plan.blind_max_ns = 3 * NS_PER_S;
    rollout_scene_start_manual(scene);
    pid_t pid = rollout_scene_pid(scene);
    test_folder_path(&scene->demo.home.logs, "flightdeck/history.db", path);
    struct sqlite *other = store_open(path, &err);
    assert_non_null(other);
    assert_true(sqlite_begin(other, &err));
    assert_true(rollout_scene_order(scene, ROLLOUT_ORDER_HOLD, "ann"));
    rollout_scene_wait(
        scene, &(struct rollout_goal){ROLLOUT_HOLD, ROLLOUT_HELD_JOURNAL, 1});
    assert_int_equal(rollout_scene_pid(scene), pid);
    sqlite_rollback(other);
    sqlite_close(other);
    assert_true(rollout_scene_order(scene, ROLLOUT_ORDER_ABORT, "ann"));
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_ROLLED_BACK, 0, 0});
}

/* Nobody could take it up any more. */
static void who_has_lost_the_journal_goes_back_and_ends(void **state) {
    struct rollout_scene *scene = *state;
    struct test_folder journal;
    char path[TEST_PATH_SIZE];
    rollout_scene_start_manual(scene);
    test_folder_path(&scene->demo.home.logs, "flightdeck", path);
    text_copy_cut(journal.path, sizeof journal.path, path);
    test_folder_clear(&journal);
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_ROLLED_BACK, 0, 0});
    assert_true(scene->status.ended);
    assert_non_null(strstr(scene->status.reason, "its journal has gone"));
    assert_true(rollout_scene_weight(scene) <= 0);
    while (rollout_scene_pid(scene) > 0) rollout_scene_breathe(scene);
}

#define SHARED(test) cmocka_unit_test_setup(test, rollout_scene_renew)

int main(void) {
    const struct CMUnitTest tests[] = {
        SHARED(a_dead_controller_leaves_no_weight_behind),
        SHARED(a_controller_that_is_back_at_once_goes_on),
        SHARED(nobodys_weight_is_overwritten),
        SHARED(who_cannot_write_goes_nowhere_but_back),
        SHARED(who_waits_too_long_for_the_journal_stays),
        SHARED(a_weight_that_somebody_took_back_stays_at_0),
        SHARED(who_has_lost_the_journal_goes_back_and_ends), /* epochs, too: the last */
    };
    return cmocka_run_group_tests(tests, rollout_scene_open, rollout_scene_close);
}
