/* A rollout whose journal somebody else holds: users are sent back at once, nobody's
 * weight is raised, and what has happened is written down in the end. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "history/journal.h"
#include "history/rollout_last.h"
#include "history/store.h"
#include "io/loop.h"
#include "io/sqlite.h"
#include "support/routed_rollout.h"

enum { USERS = 2000, TOLD = 3, BACK_MAX = 3 };

static const struct users_options many = {.count = USERS};

struct locked {
    struct routed_rollout routed;
    struct sqlite *other; /* who holds the journal; NULL: nobody does */
};

static void open_locked(struct locked *locked) {
    const struct routed_options options = {0};
    memset(locked, 0, sizeof *locked);
    routed_init(&locked->routed, &options);
    locked->routed.rollout.launch->plan.manual = true;
    routed_begin(&locked->routed, &many);
    routed_wait_for(&locked->routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 1);
    routed_wait_for_weight(&locked->routed, "500");
}

static struct sqlite *open_journal(struct locked *locked) {
    char path[TEST_PATH_SIZE];
    struct error err;
    test_folder_path(&locked->routed.folder, "flightdeck/history.db", path);
    struct sqlite *sqlite = store_open(path, &err);
    if (!sqlite) fail_msg("%s", err.message);
    return sqlite;
}

/* As a backup does, or somebody's shell. */
static void hold(struct locked *locked) {
    struct error err = {0};
    locked->other = open_journal(locked);
    if (!sqlite_run(locked->other, "BEGIN EXCLUSIVE", &err)) {
        fail_msg("%s", err.message);
    }
}

static void let_go(struct locked *locked) {
    sqlite_rollback(locked->other);
    sqlite_close(locked->other);
    locked->other = NULL;
}

static void close_locked(struct locked *locked) {
    routed_clear(&locked->routed);
}

/* That the loop is alive: it publishes once a second. */
static void hear(struct locked *locked, unsigned statuses) {
    struct rollout_scene *rollout = &locked->routed.rollout;
    uint64_t told_ns = rollout->status.at_ns, begun_ns = loop_clock_ns();
    while (statuses > 0) {
        routed_turn(&locked->routed, 10 * NS_PER_MS);
        if (loop_clock_ns() - begun_ns > 60 * NS_PER_S) fail_msg("it says nothing");
        if (rollout->status.at_ns == told_ns) continue;
        told_ns = rollout->status.at_ns;
        statuses--;
    }
}

/* The router has 0 before the controller has spoken often:
 * it speaks when something is new, and each second. */
static void expect_back_soon(struct locked *locked) {
    const struct routed_rollout *routed = &locked->routed;
    unsigned beats = 0;
    while (strcmp(weight_watch_last(routed->watch), "0") != 0 && beats <= BACK_MAX) {
        hear(locked, 1);
        beats++;
    }
    if (beats > BACK_MAX) fail_msg("users are still there after %u beats", beats);
}

/* Of the journal: how many transitions there are of that kind. */
static int64_t count_events(
    struct locked *locked, const char *phase, const char *actor) {
    struct error err = {0};
    struct sqlite *sqlite = open_journal(locked);
    struct statement *statement = statement_new(
        sqlite, "SELECT count(*) FROM rollout_event WHERE to_phase=? AND actor=?",
        &err);
    assert_non_null(statement);
    statement_bind_string(statement, 1, phase);
    statement_bind_string(statement, 2, actor);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    int64_t count = statement_int(statement, 0);
    statement_free(statement);
    sqlite_close(sqlite);
    return count;
}

static void expect_whole_chain(struct locked *locked) {
    struct error err = {0};
    struct sqlite *sqlite = open_journal(locked);
    uint64_t rows = 0, broken = 0;
    if (!journal_verify(sqlite, &rows, &broken, &err)) fail_msg("%s", err.message);
    sqlite_close(sqlite);
}

static void expect_ended(struct locked *locked, const char *actor) {
    struct rollout_last last;
    struct error err = {0};
    if (!rollout_last_read("", ROUTED_TARGET, &last, &err)) fail_msg("%s", err.message);
    assert_true(last.rollout.ended);
    assert_int_equal(last.rollout.phase, ROLLOUT_ROLLED_BACK);
    assert_string_equal(last.rollout.actor, actor);
    assert_int_equal(count_events(locked, "rolling back", actor), 1);
    assert_int_equal(count_events(locked, "rolled back", actor), 1);
    expect_whole_chain(locked);
}

static void an_abort_waits_for_no_journal(void **state) {
    struct locked locked;
    (void)state;
    open_locked(&locked);
    hold(&locked);
    assert_true(
        rollout_scene_order(&locked.routed.rollout, ROLLOUT_ORDER_ABORT, "bob"));
    expect_back_soon(&locked);
    routed_wait_for(&locked.routed, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD, 0);
    hear(&locked, TOLD);
    assert_true(locked.routed.rollout.status.ended);
    assert_non_null(strstr(locked.routed.rollout.status.why_not_now, "journal"));
    assert_int_equal(count_events(&locked, "rolling back", "bob@ops1"), 0);
    let_go(&locked);
    routed_see_off(&locked.routed);
    expect_ended(&locked, "bob@ops1");
    routed_expect_course(&locked.routed, "0 500 0");
    routed_expect_no_failure(&locked.routed);
    close_locked(&locked);
}

static void a_canary_that_dies_is_taken_back_without_a_journal(void **state) {
    struct locked locked;
    (void)state;
    open_locked(&locked);
    hold(&locked);
    hear(&locked, TOLD); /* a checkpoint is on its way to the disk, and stays there */
    test_process_kill(&locked.routed.stack.serves[TRACK_CANARY]);
    routed_wait_for(&locked.routed, ROLLOUT_ROLLING_BACK, ROLLOUT_NOT_HELD, 0);
    expect_back_soon(&locked);
    routed_wait_for(&locked.routed, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD, 0);
    let_go(&locked);
    routed_see_off(&locked.routed);
    expect_ended(&locked, "auto");
    close_locked(&locked);
}

/* Its owner may not raise it either; it goes on by itself when the journal is free. */
static void a_raise_waits_for_the_journal(void **state) {
    struct locked locked;
    (void)state;
    open_locked(&locked);
    struct rollout_scene *rollout = &locked.routed.rollout;
    hold(&locked);
    hear(&locked, 2 * TOLD);
    assert_non_null(strstr(rollout->status.why_not_now, "somebody else holds"));
    assert_false(rollout_scene_order(rollout, ROLLOUT_ORDER_PROMOTE, "ann"));
    assert_non_null(strstr(rollout->answer.words, "somebody else holds the journal"));
    routed_expect_course(&locked.routed, "0 500");
    let_go(&locked);
    rollout_scene_promote(rollout);
    routed_wait_for(&locked.routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 2);
    routed_expect_course(&locked.routed, "0 500 2500");
    routed_abort(&locked.routed);
    expect_ended(&locked, "ann@ops1");
    close_locked(&locked);
}

/* Decided before it is noticed that somebody holds the journal: it waits for that. */
static void promote_into_lock(struct locked *locked) {
    hold(locked);
    while (!rollout_scene_try_promote(&locked->routed.rollout)) {
        let_go(locked);
        hear(locked, 1);
        hold(locked);
    }
}

static void a_hold_recalls_a_raise_that_waits(void **state) {
    struct locked locked;
    (void)state;
    open_locked(&locked);
    struct rollout_scene *rollout = &locked.routed.rollout;
    promote_into_lock(&locked);
    assert_true(rollout_scene_order(rollout, ROLLOUT_ORDER_HOLD, "bob"));
    assert_non_null(strstr(rollout->answer.words, "held at 5.00 %"));
    let_go(&locked);
    routed_wait_for(&locked.routed, ROLLOUT_HOLD, ROLLOUT_HELD_PERSON, 0);
    while (count_events(&locked, "hold", "bob@ops1") == 0) hear(&locked, 1);
    hear(&locked, TOLD);
    routed_expect_course(&locked.routed, "0 500");
    rollout_scene_insist(rollout, ROLLOUT_ORDER_RESUME, "ann");
    routed_wait_for(&locked.routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 2);
    routed_expect_course(&locked.routed, "0 500 2500");
    routed_abort(&locked.routed);
    expect_ended(&locked, "ann@ops1");
    close_locked(&locked);
}

/* A pipeline that hears of it goes on, and must not hear that it was taken back. */
static void a_promotion_is_told_when_it_is_written(void **state) {
    const struct routed_options options = {0};
    struct locked locked = {0};
    (void)state;
    routed_init(&locked.routed, &options);
    struct rollout_plan *plan = &locked.routed.rollout.launch->plan;
    plan->manual = true;
    plan->step_count = 1;
    plan->steps[0].weight_bp = ROLLOUT_BASIS_POINTS;
    routed_begin(&locked.routed, &many);
    routed_wait_for(&locked.routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 1);
    promote_into_lock(&locked);
    hear(&locked, TOLD);
    assert_int_equal(locked.routed.rollout.status.phase, ROLLOUT_WATCHING);
    let_go(&locked);
    routed_wait_for(&locked.routed, ROLLOUT_DONE, ROLLOUT_NOT_HELD, 0);
    assert_int_equal(count_events(&locked, "done", "ann@ops1"), 1);
    rollout_scene_insist(&locked.routed.rollout, ROLLOUT_ORDER_UNDO, "ann");
    routed_see_off(&locked.routed);
    expect_whole_chain(&locked);
    close_locked(&locked);
}

/* What is decided by itself is decided when it can be written down. */
static void a_step_waits_for_the_journal(void **state) {
    const struct routed_options options = {0};
    struct locked locked = {0};
    (void)state;
    routed_init(&locked.routed, &options);
    struct rollout_scene *rollout = &locked.routed.rollout;
    rollout->launch->plan.hold_each_ns = 5 * NS_PER_S;
    routed_begin(&locked.routed, &many);
    routed_wait_for(&locked.routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 1);
    hold(&locked);
    while (rollout->status.in_step_ms < 2 * rollout->status.hold_each_ms) {
        hear(&locked, 1);
    }
    assert_int_equal(rollout->status.phase, ROLLOUT_WATCHING);
    assert_non_null(strstr(rollout->status.why_not_now, "somebody else holds"));
    routed_expect_course(&locked.routed, "0 500");
    let_go(&locked);
    routed_wait_for(&locked.routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 2);
    routed_abort(&locked.routed);
    expect_ended(&locked, "ann@ops1");
    close_locked(&locked);
}

/* Its last word never came to the journal: nobody takes it for one that may go on. */
static void a_way_back_that_died_unwritten_is_gone_on_with(void **state) {
    struct locked locked;
    (void)state;
    open_locked(&locked);
    struct rollout_scene *rollout = &locked.routed.rollout;
    rollout_scene_promote(rollout);
    routed_wait_for(&locked.routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 2);
    hold(&locked);
    assert_true(rollout_scene_order(rollout, ROLLOUT_ORDER_ABORT, "bob"));
    routed_wait_for_weight(&locked.routed, "0");
    rollout_scene_kill(rollout);
    assert_int_equal(count_events(&locked, "rolling back", "bob@ops1"), 0);
    let_go(&locked);
    rollout->launch->kind = ROLLOUT_LAUNCH_RESUME;
    assert_true(rollout_scene_start(rollout));
    routed_wait_for(&locked.routed, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD, 0);
    routed_see_off(&locked.routed);
    expect_ended(&locked, "bob@ops1");
    routed_expect_course(&locked.routed, "0 500 2500 0");
    close_locked(&locked);
}

/* Who takes it over while nobody can write has it, and takes it back. */
static void a_takeover_is_possible_without_a_journal(void **state) {
    struct locked locked;
    (void)state;
    open_locked(&locked);
    struct rollout_scene *rollout = &locked.routed.rollout;
    hold(&locked);
    rollout_scene_kill(rollout);
    rollout->launch->kind = ROLLOUT_LAUNCH_RESUME;
    if (!rollout_scene_start(rollout)) fail_msg("%s", rollout->started.words);
    rollout_scene_insist(rollout, ROLLOUT_ORDER_ABORT, "ann");
    routed_wait_for_weight(&locked.routed, "0");
    routed_wait_for(&locked.routed, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD, 0);
    let_go(&locked);
    routed_see_off(&locked.routed);
    expect_ended(&locked, "ann@ops1");
    close_locked(&locked);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_abort_waits_for_no_journal),
        cmocka_unit_test(a_canary_that_dies_is_taken_back_without_a_journal),
        cmocka_unit_test(a_raise_waits_for_the_journal),
        cmocka_unit_test(a_hold_recalls_a_raise_that_waits),
        cmocka_unit_test(a_promotion_is_told_when_it_is_written),
        cmocka_unit_test(a_step_waits_for_the_journal),
        cmocka_unit_test(a_way_back_that_died_unwritten_is_gone_on_with),
        cmocka_unit_test(a_takeover_is_possible_without_a_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
