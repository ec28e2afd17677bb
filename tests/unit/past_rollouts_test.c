/* SPDX-License-Identifier: MIT */
#include "history/past_rollouts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "history/rollout_rows.h"
#include "history/store.h"
#include "io/sqlite.h"
#include "support/rollout_play.h"
#include "support/test_folder.h"

static void write_down(
    struct sqlite *sqlite, struct rollout_play *play, unsigned number) {
    struct error err = {0};
    struct text id = TEXT_IN(play->rollout.plan.id);
    text_addf(&id, "01HZX3J8Q6R7S8T9V0W1X2Y3Z%u", number);
    const struct rollout_row row = {
        .rollout = play->rollout,
        .effect = play->effect,
        .is_new = true,
        .epoch = 7,
        .wall_ms = 1000 * (int64_t)number,
        .monotonic_ns = play->now_ns,
    };
    bool written = sqlite_begin(sqlite, &err) && rollout_rows_add(sqlite, &row, &err) &&
                   sqlite_commit(sqlite, &err);
    if (!written) fail_msg("%s", err.message);
}

static void what_has_ended_is_told_the_newest_first(void **state) {
    char path[TEST_PATH_SIZE];
    struct test_folder folder;
    struct rollout_play play;
    struct rollout_past past = {.count = 3};
    struct error err = {0};
    (void)state;
    test_folder_init(&folder);
    test_folder_path(&folder, "history.db", path);
    assert_true(past_rollouts_read(path, "demo", &past, &err));
    assert_int_equal(past.count, 0);
    struct sqlite *sqlite = store_open(path, &err);
    assert_non_null(sqlite);
    for (unsigned i = 1; i <= ROLLOUT_PAST_MAX + 2; i++) {
        play_begin_watching(&play);
        play_see(&play, &play_harmed);
        play_set(&play, ROLLOUT_SET_DONE);
        write_down(sqlite, &play, i);
    }
    play_begin_watching(&play); /* goes on */
    write_down(sqlite, &play, ROLLOUT_PAST_MAX + 3);
    assert_true(past_rollouts_read(path, "demo", &past, &err));
    assert_int_equal(past.count, ROLLOUT_PAST_MAX);
    assert_string_equal(past.items[0].id, "01HZX3J8Q6R7S8T9V0W1X2Y3Z6");
    assert_string_equal(past.items[3].id, "01HZX3J8Q6R7S8T9V0W1X2Y3Z3");
    assert_int_equal(past.items[0].phase, ROLLOUT_ROLLED_BACK);
    assert_int_equal(past.items[0].ended_ms, 6000);
    assert_string_equal(past.items[0].to, play_plan.to);
    assert_true(strlen(past.items[0].reason) > 0);
    assert_true(past_rollouts_read(path, "other", &past, &err));
    assert_int_equal(past.count, 0);
    sqlite_close(sqlite);
    test_folder_clear(&folder);
}

static void what_is_no_history_is_an_error(void **state) {
    char path[TEST_PATH_SIZE];
    struct test_folder folder;
    struct rollout_past past;
    struct error err = {0};
    (void)state;
    test_folder_init(&folder);
    test_folder_path(&folder, "history.db", path);
    test_folder_write(&folder, "history.db", "this is no database, whatever it is\n");
    assert_false(past_rollouts_read(path, "demo", &past, &err));
    assert_int_equal(past.count, 0);
    test_folder_clear(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_ended_is_told_the_newest_first),
        cmocka_unit_test(what_is_no_history_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
