/* SPDX-License-Identifier: MIT */
#include "history/rollout_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "history/journal.h"
#include "history/store.h"
#include "io/sqlite.h"
#include "support/rollout_play.h"
#include "support/test_folder.h"

struct shelf {
    struct test_folder folder;
    struct sqlite *sqlite;
    struct rollout_play play;
    struct rollout_found *found;
};

static int open_shelf(void **state) {
    struct shelf *shelf = memory_new(sizeof *shelf);
    char path[TEST_PATH_SIZE];
    struct error err = {0};
    test_folder_init(&shelf->folder);
    test_folder_path(&shelf->folder, "history.db", path);
    shelf->sqlite = store_open(path, &err);
    shelf->found = memory_new(sizeof *shelf->found);
    assert_non_null(shelf->sqlite);
    *state = shelf;
    return 0;
}

static int close_shelf(void **state) {
    struct shelf *shelf = *state;
    sqlite_close(shelf->sqlite);
    test_folder_clear(&shelf->folder);
    free(shelf->found);
    free(shelf);
    return 0;
}

static struct rollout_row row_of(const struct shelf *shelf, bool is_new) {
    return (struct rollout_row){
        .rollout = shelf->play.rollout,
        .from = ROLLOUT_IDLE,
        .effect = shelf->play.effect,
        .is_new = is_new,
        .epoch = 7,
        .wall_ms = 1000000,
        .monotonic_ns = shelf->play.now_ns,
    };
}

/* All of it or nothing. */
static bool add(struct shelf *shelf, const struct rollout_row *row, struct error *err) {
    assert_true(sqlite_begin(shelf->sqlite, err));
    if (rollout_rows_add(shelf->sqlite, row, err)) {
        return sqlite_commit(shelf->sqlite, err);
    }
    sqlite_rollback(shelf->sqlite);
    return false;
}

static void must_add(struct shelf *shelf, const struct rollout_row *row) {
    struct error err = {0};
    if (!add(shelf, row, &err)) fail_msg("%s", err.message);
}

static int64_t ask(struct shelf *shelf, const char *sql) {
    struct error err = {0};
    struct statement *statement = statement_new(shelf->sqlite, sql, &err);
    if (!statement) fail_msg("%s", err.message);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    int64_t answer = statement_int(statement, 0);
    statement_free(statement);
    return answer;
}

static void begin(struct shelf *shelf, const char *id) {
    play_begin_raising(&shelf->play);
    text_copy_cut(shelf->play.rollout.plan.id, sizeof shelf->play.rollout.plan.id, id);
    const struct rollout_row row = row_of(shelf, true);
    must_add(shelf, &row);
}

static void what_was_written_is_found_again(void **state) {
    struct shelf *shelf = *state;
    struct error err = {0};
    assert_false(rollout_rows_find(shelf->sqlite, "demo", shelf->found, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    begin(shelf, "ROLLOUT-1");
    assert_true(rollout_rows_find(shelf->sqlite, "demo", shelf->found, &err));
    const struct rollout *rollout = &shelf->found->rollout;
    assert_int_equal(shelf->found->open, ROLLOUT_DO_WEIGHT);
    assert_int_equal(shelf->found->epoch, 7);
    assert_int_equal(shelf->found->alive_ms, 1000000);
    assert_int_equal(rollout->phase, ROLLOUT_RAISING);
    assert_int_equal(rollout->wanted_bp, 500);
    assert_int_equal(rollout->version, shelf->play.rollout.version);
    assert_string_equal(rollout->plan.to, "v1.6.0");
    assert_int_equal(rollout->plan.steps[3].weight_bp, 10000);
    assert_false(rollout_rows_find(shelf->sqlite, "other", shelf->found, &err));
}

/* Of a damaged file. */
static void what_cannot_be_is_not_taken_up(void **state) {
    struct shelf *shelf = *state;
    struct error err = {0};
    begin(shelf, "ROLLOUT-1");
    struct rollout_row row = row_of(shelf, false);
    row.rollout.version++;
    row.rollout.step = row.rollout.plan.step_count;
    must_add(shelf, &row);
    assert_false(rollout_rows_find(shelf->sqlite, "demo", shelf->found, &err));
    assert_int_equal(err.code, ERROR_PROTOCOL);
    assert_true(sqlite_run(shelf->sqlite, "UPDATE rollout SET state=x'00'", &err));
    assert_false(rollout_rows_find(shelf->sqlite, "demo", shelf->found, &err));
    assert_int_equal(err.code, ERROR_PROTOCOL);
}

static void expect_named(const struct error *err) {
    static const char *const words[] = {
        "rollout ROLLOUT-1 of demo (raising, 500 bp)",
        "begun by flightdeck ",
        "cannot be read",
        " (byte ",
        "abort it with that one",
        "docs/canary.md"};
    assert_int_equal(err->code, ERROR_PROTOCOL);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!strstr(err->message, words[i])) fail_msg("%s", err->message);
    }
}

/* Of another flightdeck, older or newer:
 * who reads it is told what it is and who can. */
static void what_cannot_be_read_is_named(void **state) {
    static const char *const spoils[] = {
        "UPDATE rollout SET state=x''",
        "UPDATE rollout SET state=CAST(state||x'00' AS BLOB)",
        "UPDATE rollout SET state=substr(state,1,length(state)-1)",
        "UPDATE rollout SET state=CAST(x'ff'||state AS BLOB)"};
    struct shelf *shelf = *state;
    begin(shelf, "ROLLOUT-1");
    for (size_t i = 0; i < sizeof spoils / sizeof *spoils; i++) {
        struct error err = {0};
        assert_true(sqlite_run(shelf->sqlite, "SAVEPOINT sound", &err));
        assert_true(sqlite_run(shelf->sqlite, spoils[i], &err));
        assert_false(rollout_rows_find(shelf->sqlite, "demo", shelf->found, &err));
        expect_named(&err);
        assert_true(sqlite_run(shelf->sqlite, "ROLLBACK TO sound", &err));
    }
}

static void one_target_has_one_open_rollout(void **state) {
    struct shelf *shelf = *state;
    struct error err = {0};
    begin(shelf, "ROLLOUT-1");
    text_copy_cut(
        shelf->play.rollout.plan.id, sizeof shelf->play.rollout.plan.id, "ROLLOUT-2");
    const struct rollout_row row = row_of(shelf, true);
    assert_false(add(shelf, &row, &err));
    assert_int_equal(ask(shelf, "SELECT count(*) FROM run"), 1);
}

static void an_intent_is_closed_with_what_became_of_it(void **state) {
    struct shelf *shelf = *state;
    begin(shelf, "ROLLOUT-1");
    play_set(&shelf->play, ROLLOUT_SET_DONE);
    struct rollout_row row = row_of(shelf, false);
    row.closes = true;
    text_copy_cut(row.outcome, sizeof row.outcome, "read back");
    must_add(shelf, &row);
    assert_int_equal(
        ask(shelf, "SELECT count(*) FROM intent WHERE done_ms IS NULL"), 0);
    assert_int_equal(
        ask(shelf, "SELECT count(*) FROM intent WHERE outcome='read back'"), 1);
    assert_int_equal(
        ask(shelf, "SELECT count(*) FROM event WHERE phase='done' AND"
                   " type='canary.weight'"),
        1);
    play_see(&shelf->play, &play_harmed);
    row = row_of(shelf, false);
    must_add(shelf, &row);
    assert_int_equal(
        ask(shelf, "SELECT count(*) FROM intent WHERE op='back' AND done_ms IS NULL"),
        1);
    uint64_t rows = 0, broken = 0;
    struct error err = {0};
    assert_true(journal_verify(shelf->sqlite, &rows, &broken, &err));
    assert_int_equal(rows, 4);
}

static void a_newer_intent_replaces_an_open_one(void **state) {
    struct shelf *shelf = *state;
    begin(shelf, "ROLLOUT-1");
    assert_true(play_order(&shelf->play, ROLLOUT_ORDER_ABORT));
    const struct rollout_row row = row_of(shelf, false);
    must_add(shelf, &row);
    assert_int_equal(
        ask(shelf, "SELECT count(*) FROM intent WHERE done_ms IS NULL"), 1);
    assert_int_equal(ask(shelf, "SELECT count(*) FROM event WHERE phase='failed'"), 1);
}

static void an_older_epoch_writes_nothing(void **state) {
    struct shelf *shelf = *state;
    struct error err = {0};
    begin(shelf, "ROLLOUT-1");
    play_set(&shelf->play, ROLLOUT_SET_DONE);
    struct rollout_row row = row_of(shelf, false);
    row.epoch = 6;
    assert_false(add(shelf, &row, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    row.epoch = 8;
    must_add(shelf, &row);
    assert_false(add(shelf, &row, &err)); /* the same version twice */
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_int_equal(ask(shelf, "SELECT count(*) FROM rollout_event"), 2);
}

static void what_was_claimed_is_written_by_nobody_before(void **state) {
    struct shelf *shelf = *state;
    struct error err = {0};
    begin(shelf, "ROLLOUT-1");
    assert_true(rollout_rows_find(shelf->sqlite, "demo", shelf->found, &err));
    assert_true(rollout_rows_claim(shelf->sqlite, shelf->found, 8, &err));
    play_set(&shelf->play, ROLLOUT_SET_DONE);
    struct rollout_row row = row_of(shelf, false);
    assert_false(add(shelf, &row, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    row.epoch = 8;
    must_add(shelf, &row);
    /* It is not as it was found any more. */
    assert_false(rollout_rows_claim(shelf->sqlite, shelf->found, 9, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
}

static void the_end_ends_its_run(void **state) {
    struct shelf *shelf = *state;
    struct error err = {0};
    begin(shelf, "ROLLOUT-1");
    assert_true(play_order(&shelf->play, ROLLOUT_ORDER_ABORT));
    play_set(&shelf->play, ROLLOUT_SET_DONE);
    const struct rollout_row row = row_of(shelf, false);
    must_add(shelf, &row);
    assert_false(rollout_rows_find(shelf->sqlite, "demo", shelf->found, &err));
    assert_int_equal(
        ask(shelf, "SELECT exit_code FROM run WHERE verdict='fail' AND kind='canary'"),
        5);
    begin(shelf, "ROLLOUT-2"); /* there is room for another one */
}

static void on_user(void *owner, const struct rollout_user *user) {
    struct rollout_user *sum = owner;
    sum->hash ^= user->hash;
    sum->facts += user->facts;
}

static void a_beat_keeps_what_was_counted(void **state) {
    static const struct rollout_user users[] = {{UINT64_MAX, 1}, {5, 2}, {5, 4}};
    struct shelf *shelf = *state;
    struct error err = {0};
    begin(shelf, "ROLLOUT-1");
    struct rollout_beat beat = {
        .id = "ROLLOUT-1",
        .epoch = 7,
        .wall_ms = 2000000,
        .evidence = slice_of("figures"),
        .offset = 12,
        .users = users,
        .user_count = 3,
    };
    assert_true(rollout_beat_write(shelf->sqlite, &beat, &err));
    assert_true(rollout_rows_find(shelf->sqlite, "demo", shelf->found, &err));
    assert_int_equal(shelf->found->alive_ms, 2000000);
    assert_int_equal(shelf->found->offset, 12);
    assert_int_equal(shelf->found->evidence_length, 7);
    assert_memory_equal(shelf->found->evidence, "figures", 7);
    struct rollout_user sum = {0};
    assert_true(rollout_beat_users(shelf->sqlite, "ROLLOUT-1", on_user, &sum, &err));
    assert_true(sum.hash == (UINT64_MAX ^ 5));
    assert_int_equal(sum.facts, 1 + (2 | 4));
    beat.epoch = 6;
    assert_false(rollout_beat_write(shelf->sqlite, &beat, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
}

/* The beat of a controller whose claim could not be written, as that of an epoch which
 * nobody has written yet. */
static bool beat(struct shelf *shelf, uint64_t epoch, struct error *err) {
    const struct rollout_beat beat = {
        .id = "ROLLOUT-1",
        .epoch = epoch,
        .version = shelf->play.rollout.version,
        .wall_ms = 2000000,
    };
    return rollout_beat_write(shelf->sqlite, &beat, err);
}

static void a_beat_claims_what_was_not_claimed(void **state) {
    struct shelf *shelf = *state;
    struct error err = {0};
    begin(shelf, "ROLLOUT-1");
    if (!beat(shelf, 9, &err)) fail_msg("%s", err.message);
    assert_int_equal(ask(shelf, "SELECT epoch FROM rollout"), 9);
    assert_int_equal(ask(shelf, "SELECT alive_ms FROM rollout"), 2000000);
    assert_false(beat(shelf, 8, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    play_set(&shelf->play, ROLLOUT_SET_DONE);
    const struct rollout_row row = row_of(shelf, false); /* of 7, who was before */
    assert_false(add(shelf, &row, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
}

/* Who was before has written once more, after it was read. */
static void a_beat_claims_nothing_it_does_not_know(void **state) {
    struct shelf *shelf = *state;
    struct error err = {0};
    begin(shelf, "ROLLOUT-1");
    const struct rollout known = shelf->play.rollout;
    play_set(&shelf->play, ROLLOUT_SET_DONE);
    const struct rollout_row row = row_of(shelf, false);
    must_add(shelf, &row);
    shelf->play.rollout = known;
    assert_false(beat(shelf, 9, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_int_equal(ask(shelf, "SELECT epoch FROM rollout"), 7);
}

#define SHELF_TEST(test) cmocka_unit_test_setup_teardown(test, open_shelf, close_shelf)

int main(void) {
    const struct CMUnitTest tests[] = {
        SHELF_TEST(what_was_written_is_found_again),
        SHELF_TEST(what_cannot_be_is_not_taken_up),
        SHELF_TEST(what_cannot_be_read_is_named),
        SHELF_TEST(one_target_has_one_open_rollout),
        SHELF_TEST(an_intent_is_closed_with_what_became_of_it),
        SHELF_TEST(a_newer_intent_replaces_an_open_one),
        SHELF_TEST(an_older_epoch_writes_nothing),
        SHELF_TEST(what_was_claimed_is_written_by_nobody_before),
        SHELF_TEST(the_end_ends_its_run),
        SHELF_TEST(a_beat_keeps_what_was_counted),
        SHELF_TEST(a_beat_claims_what_was_not_claimed),
        SHELF_TEST(a_beat_claims_nothing_it_does_not_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
