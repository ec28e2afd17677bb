/* A rollout whose controller is dead, on a disk that is full: it is taken up and taken
 * back all the same, and what has become of it is written down when there is room. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>

#include <cmocka.h>

#include "history/lock.h"
#include "history/rollout_last.h"
#include "history/store.h"
#include "io/folders.h"
#include "io/rollout_place.h"
#include "io/sqlite.h"
#include "support/routed_rollout.h"
#include "support/small_disk.h"

enum { NO_ROOM = 0, NO_ROOM_FOR_AN_INDEX = 34 * 1024, STATUSES = 3, SKIPPED = 77 };

static const struct users_options some = {.count = 500};

struct stage {
    struct routed_rollout routed;
    struct small_disk disk;
};

static struct stage stage;

static void open_first_step(void) {
    const struct routed_options options = {0};
    struct routed_rollout *routed = &stage.routed;
    char folder[TEST_PATH_SIZE];
    routed_init(routed, &options);
    test_folder_path(&routed->folder, "flightdeck", folder);
    assert_true(small_disk_open(&stage.disk, folder));
    routed->rollout.launch->plan.manual = true;
    routed_begin(routed, &some);
    routed_wait_for(routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 1);
    routed_wait_for_weight(routed, "500");
}

static void close_it(void) {
    small_disk_close(&stage.disk);
    routed_clear(&stage.routed);
}

/* Somebody has read the journal and left since: its log is in the file, and gone. */
static void put_log_away(void) {
    char path[FOLDER_PATH_SIZE];
    struct error err = {0};
    assert_true(store_path(path, &err));
    struct sqlite *sqlite = store_open(path, &err);
    if (!sqlite) fail_msg("%s", err.message);
    sqlite_close(sqlite);
}

static struct rollout_last last_one(void) {
    struct rollout_last last;
    struct error err = {0};
    if (!rollout_last_read("", ROUTED_TARGET, &last, &err)) fail_msg("%s", err.message);
    return last;
}

/* As the command does for who is not answered. */
static bool take_up(enum rollout_launch_kind kind) {
    stage.routed.rollout.launch->kind = kind;
    return rollout_scene_start(&stage.routed.rollout);
}

static void must_take_up(enum rollout_launch_kind kind) {
    if (!take_up(kind)) fail_msg("%s", stage.routed.rollout.started.words);
}

/* Users are sent back at once; the end waits for room, and comes with it. */
static void take_back(void) {
    struct routed_rollout *routed = &stage.routed;
    assert_true(rollout_scene_order(&routed->rollout, ROLLOUT_ORDER_ABORT, "bob"));
    routed_wait_for(routed, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD, 0);
    routed_wait_for_weight(routed, "0");
    assert_false(last_one().rollout.ended);
    small_disk_empty(&stage.disk);
    routed_see_off(routed);
    assert_true(last_one().rollout.ended);
    routed_expect_no_failure(routed);
    close_it();
}

static void a_dead_controller_s_rollout_is_taken_back(void **state) {
    (void)state;
    open_first_step();
    rollout_scene_kill(&stage.routed.rollout);
    put_log_away();
    small_disk_fill(&stage.disk, NO_ROOM);
    must_take_up(ROLLOUT_LAUNCH_RESUME);
    take_back();
}

static void its_log_is_read_too(void **state) {
    (void)state;
    open_first_step();
    rollout_scene_kill(&stage.routed.rollout);
    small_disk_fill(&stage.disk, NO_ROOM);
    must_take_up(ROLLOUT_LAUNCH_RESUME);
    take_back();
}

/* It hangs, and whoever takes it back means it: it is ended first. */
static void a_hanging_controller_is_replaced(void **state) {
    char folder[FOLDER_PATH_SIZE], name[ROLLOUT_LOCK_SIZE];
    struct lock_holder who = {0};
    struct error err = {0};
    struct rollout_scene *scene = &stage.routed.rollout;
    (void)state;
    open_first_step();
    rollout_lock_name(ROUTED_TARGET, name);
    assert_true(folder_state(folder, &err));
    assert_true(lock_is_held(folder, name, &who));
    assert_int_equal(kill(who.pid, SIGSTOP), 0);
    rollout_link_free(scene->link);
    scene->link = NULL;
    small_disk_fill(&stage.disk, NO_ROOM);
    scene->launch->epoch = who.epoch;
    must_take_up(ROLLOUT_LAUNCH_TAKEOVER);
    scene->launch->epoch = 0;
    take_back();
}

/* It waits for room, however long that takes, and goes on with it. */
static void what_is_taken_up_is_held_until_there_is_room(void **state) {
    static const struct rollout_goal held = {ROLLOUT_HOLD, ROLLOUT_HELD_JOURNAL, 1};
    struct routed_rollout *routed = &stage.routed;
    (void)state;
    open_first_step();
    rollout_scene_kill(&routed->rollout);
    put_log_away();
    small_disk_fill(&stage.disk, NO_ROOM_FOR_AN_INDEX);
    must_take_up(ROLLOUT_LAUNCH_RESUME);
    routed_wait_for(routed, held.phase, held.hold, held.step);
    routed_stay(routed, &held, STATUSES);
    assert_false(rollout_scene_try_promote(&routed->rollout));
    uint64_t epoch = last_one().epoch;
    small_disk_empty(&stage.disk);
    while (last_one().epoch == epoch) rollout_scene_turn(&routed->rollout);
    rollout_scene_insist(&routed->rollout, ROLLOUT_ORDER_RESUME, "ann");
    routed_wait_for(routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 1);
    routed_abort(routed);
    assert_true(last_one().rollout.ended);
    close_it();
}

/* As on a disk that keeps what was there before, and so has no room for a line. */
static void freeze_lock(void) {
    char path[TEST_PATH_SIZE];
    test_folder_path(&stage.routed.folder, "flightdeck/lock-routed_20rollout", path);
    assert_int_equal(mount(path, path, NULL, MS_BIND, NULL), 0);
    assert_int_equal(
        mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
}

static void a_lock_that_cannot_be_written_is_borrowed(void **state) {
    struct routed_rollout *routed = &stage.routed;
    (void)state;
    open_first_step();
    rollout_scene_kill(&routed->rollout);
    freeze_lock();
    must_take_up(ROLLOUT_LAUNCH_RESUME);
    rollout_scene_turn(&routed->rollout);
    assert_true(rollout_scene_order(&routed->rollout, ROLLOUT_ORDER_ABORT, "bob"));
    routed_see_off(routed);
    assert_true(last_one().rollout.ended);
    assert_false(take_up(ROLLOUT_LAUNCH_BEGIN)); /* who is new has to hold it */
    routed_expect_course(routed, "0 500 0");
    close_it();
}

/* Nothing new is begun there. */
static void no_rollout_is_begun(void **state) {
    (void)state;
    open_first_step();
    routed_abort(&stage.routed);
    small_disk_fill(&stage.disk, NO_ROOM);
    assert_false(take_up(ROLLOUT_LAUNCH_BEGIN));
    assert_non_null(strstr(stage.routed.rollout.started.words, "no room is left"));
    routed_expect_course(&stage.routed, "0 500 0");
    close_it();
}

int main(void) {
    if (!small_disk_is_allowed()) return SKIPPED;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_controller_s_rollout_is_taken_back),
        cmocka_unit_test(its_log_is_read_too),
        cmocka_unit_test(a_hanging_controller_is_replaced),
        cmocka_unit_test(what_is_taken_up_is_held_until_there_is_room),
        cmocka_unit_test(a_lock_that_cannot_be_written_is_borrowed),
        cmocka_unit_test(no_rollout_is_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
