/* SPDX-License-Identifier: MIT */
#include "history/rollouts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"
#include "history/store.h"
#include "io/loop.h"
#include "io/sqlite.h"
#include "support/rollout_play.h"
#include "support/test_folder.h"

/* A journal that its owner writes to, and somebody else may hold. */
struct desk {
    struct test_folder folder;
    char path[TEST_PATH_SIZE];
    struct loop *loop;
    struct rollouts *rollouts;
    struct rollout_play play;
    bool is_mine;
    unsigned written, refused; /* rows */
};

static int open_desk(void **state) {
    struct desk *desk = memory_new(sizeof *desk);
    struct error err = {0};
    test_folder_init(&desk->folder);
    test_folder_path(&desk->folder, "history.db", desk->path);
    desk->loop = loop_new();
    desk->rollouts = rollouts_new(desk->loop, desk->path, &err);
    assert_non_null(desk->rollouts);
    desk->is_mine = true;
    play_begin_watching(&desk->play);
    *state = desk;
    return 0;
}

static int close_desk(void **state) {
    struct desk *desk = *state;
    rollouts_free(desk->rollouts);
    loop_free(desk->loop);
    test_folder_clear(&desk->folder);
    free(desk);
    return 0;
}

static bool may_write(void *owner) {
    const struct desk *desk = owner;
    return desk->is_mine;
}

static void on_written(void *owner, const struct error *err) {
    struct desk *desk = owner;
    if (err->code == ERROR_NONE) {
        desk->written++;
    } else {
        assert_int_equal(err->code, ERROR_CONFLICT);
        desk->refused++;
    }
    loop_stop(desk->loop);
}

static void add(struct desk *desk, bool is_new) {
    const struct rollout_row row = {
        .rollout = desk->play.rollout,
        .from = ROLLOUT_IDLE,
        .is_new = is_new,
        .epoch = 7,
        .wall_ms = 1000000,
    };
    rollouts_add(desk->rollouts, &row, on_written, desk);
    desk->play.rollout.version++;
}

static int64_t count_rows(const struct desk *desk) {
    struct error err = {0};
    struct sqlite *sqlite = sqlite_open_read_only(desk->path, &err);
    struct statement *statement =
        statement_new(sqlite, "SELECT count(*) FROM rollout_event", &err);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    int64_t count = statement_int(statement, 0);
    statement_free(statement);
    sqlite_close(sqlite);
    return count;
}

/* None of it inside the call, in which its caller is in the middle of something. */
static void whoever_was_deposed_writes_nothing_more(void **state) {
    struct desk *desk = *state;
    rollouts_fence(desk->rollouts, may_write, desk);
    add(desk, true);
    loop_run(desk->loop);
    assert_int_equal(desk->written, 1);
    desk->is_mine = false;
    add(desk, false);
    add(desk, false);
    assert_int_equal(desk->refused, 0);
    loop_run(desk->loop);
    assert_int_equal(desk->refused, 2);
    assert_int_equal(count_rows(desk), 1);
}

static void on_freed(void *owner, uint64_t now_ns) {
    struct desk *desk = owner;
    (void)now_ns;
    loop_stop(desk->loop);
}

/* Also what waited for somebody who holds the file. */
static void what_waits_is_not_written_for_who_was_deposed(void **state) {
    struct desk *desk = *state;
    struct error err = {0};
    rollouts_fence(desk->rollouts, may_write, desk);
    add(desk, true);
    loop_run(desk->loop);
    struct sqlite *other = store_open(desk->path, &err);
    assert_true(sqlite_run(other, "BEGIN EXCLUSIVE", &err));
    add(desk, false);
    while (rollouts_held_ns(desk->rollouts) == 0) {
        loop_after(desk->loop, NS_PER_MS, on_freed, desk);
        loop_run(desk->loop);
    }
    desk->is_mine = false;
    while (desk->refused == 0) loop_run(desk->loop);
    sqlite_rollback(other);
    sqlite_close(other);
    assert_int_equal(desk->written, 1);
    assert_int_equal(count_rows(desk), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            whoever_was_deposed_writes_nothing_more, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(
            what_waits_is_not_written_for_who_was_deposed, open_desk, close_desk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
