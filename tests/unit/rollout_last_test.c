/* SPDX-License-Identifier: MIT */
#include "history/rollout_last.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "history/rollout_rows.h"
#include "history/store.h"
#include "io/sqlite.h"
#include "support/rollout_play.h"
#include "support/test_folder.h"

static void write_down(
    struct sqlite *sqlite, struct rollout_play *play, const char *id, int64_t wall_ms) {
    struct error err = {0};
    bool is_new = strcmp(play->rollout.plan.id, id) != 0;
    text_copy_cut(play->rollout.plan.id, sizeof play->rollout.plan.id, id);
    const struct rollout_row row = {
        .rollout = play->rollout,
        .effect = play->effect,
        .is_new = is_new,
        .epoch = 7,
        .wall_ms = wall_ms,
        .monotonic_ns = play->now_ns,
    };
    bool written = sqlite_begin(sqlite, &err) && rollout_rows_add(sqlite, &row, &err) &&
                   sqlite_commit(sqlite, &err);
    if (!written) fail_msg("%s", err.message);
}

static void the_newest_one_is_told(void **state) {
    char path[TEST_PATH_SIZE];
    struct test_folder folder;
    struct rollout_play play;
    struct rollout_last last;
    struct error err = {0};
    (void)state;
    test_folder_init(&folder);
    test_folder_path(&folder, "history.db", path);
    assert_false(rollout_last_read(path, "demo", &last, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    struct sqlite *sqlite = store_open(path, &err);
    assert_non_null(sqlite);
    assert_false(rollout_last_read(path, "demo", &last, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);

    play_begin_watching(&play);
    play_see(&play, &play_harmed);
    play_set(&play, ROLLOUT_SET_DONE);
    write_down(sqlite, &play, "01HZX3J8Q6R7S8T9V0W1X2Y3Z4", 1000);
    assert_true(rollout_last_read(path, "demo", &last, &err));
    assert_int_equal(last.rollout.phase, ROLLOUT_ROLLED_BACK);
    assert_true(last.rollout.ended);
    assert_int_equal(last.at_ms, 1000);

    play_begin_watching(&play);
    write_down(sqlite, &play, "01HZX3J8Q6R7S8T9V0W1X2Y3Z5", 2000);
    assert_true(rollout_last_read(path, "demo", &last, &err));
    assert_int_equal(last.rollout.phase, ROLLOUT_WATCHING);
    assert_false(last.rollout.ended);
    assert_int_equal(last.epoch, 7);
    assert_string_equal(last.rollout.plan.id, "01HZX3J8Q6R7S8T9V0W1X2Y3Z5");
    assert_false(rollout_last_read(path, "other", &last, &err));
    char version[STATE_VERSION_SIZE];
    assert_true(rollout_last_before(path, "01HZX3J8Q6R7S8T9V0W1X2Y3Z4", version));
    assert_string_equal(version, "v1.5.0");
    assert_false(rollout_last_before(path, "01HZX3J8Q6R7S8T9V0W1X2Y3Z6", version));
    sqlite_close(sqlite);
    test_folder_clear(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_one_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
