/* SPDX-License-Identifier: MIT */
#include "history/rollout_shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "history/rollout_rows.h"
#include "history/store.h"
#include "io/sqlite.h"
#include "support/rollout_play.h"
#include "support/small_disk.h"

struct room {
    struct test_folder folder;
    struct small_disk disk;
    char path[TEST_PATH_SIZE];
    struct rollout_found found; /* large */
};

static int open_room(void **state) {
    struct room *room = memory_new(sizeof *room);
    test_folder_init(&room->folder);
    test_folder_path(&room->folder, "history.db", room->path);
    *state = room;
    return 0;
}

static int close_room(void **state) {
    struct room *room = *state;
    test_folder_clear(&room->folder);
    free(room);
    return 0;
}

static void narrow(struct room *room) {
    if (!small_disk_open(&room->disk, room->folder.path)) skip();
}

static struct rollout_shelf *open_shelf(const struct room *room) {
    struct error err = {0};
    struct rollout_shelf *shelf = rollout_shelf_open(room->path, &err);
    if (!shelf) fail_msg("%s", err.message);
    return shelf;
}

static struct sqlite *must_write(struct rollout_shelf *shelf) {
    struct error err = {0};
    struct sqlite *sqlite = rollout_shelf_for_writing(shelf, &err);
    if (!sqlite) fail_msg("%s", err.message);
    return sqlite;
}

/* An open rollout, of a controller that has died; its log is in the file. */
static void leave_one_open(const struct room *room) {
    struct error err = {0};
    struct rollout_play play;
    struct rollout_shelf *shelf = open_shelf(room);
    play_begin_watching(&play);
    const struct rollout_row row = {
        .rollout = play.rollout, .is_new = true, .epoch = 7, .wall_ms = 1000000};
    if (!rollout_rows_add(must_write(shelf), &row, &err)) fail_msg("%s", err.message);
    rollout_shelf_release(shelf);
}

static void what_is_open_is_found_on_a_full_disk(void **state) {
    struct room *room = *state;
    struct error err = {0};
    narrow(room);
    leave_one_open(room);
    small_disk_fill(&room->disk, 0);
    struct rollout_shelf *shelf = open_shelf(room);
    struct sqlite *sqlite = rollout_shelf_file(shelf);
    assert_true(rollout_rows_find(sqlite, play_plan.target, &room->found, &err));
    assert_false(rollout_rows_claim(sqlite, &room->found, 8, &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    assert_null(rollout_shelf_for_writing(shelf, &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    assert_non_null(strstr(err.message, "no room is left"));
    small_disk_empty(&room->disk);
    assert_true(rollout_rows_claim(must_write(shelf), &room->found, 8, &err));
    assert_ptr_equal(must_write(shelf), rollout_shelf_file(shelf));
    rollout_shelf_release(shelf);
    small_disk_close(&room->disk);
}

/* Nothing is made there, either. */
static void nothing_is_found_where_nothing_was(void **state) {
    struct room *room = *state;
    struct error err = {0};
    narrow(room);
    small_disk_fill(&room->disk, 0);
    assert_null(rollout_shelf_open(room->path, &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    assert_non_null(strstr(err.message, "no room is left"));
    assert_int_not_equal(access(room->path, F_OK), 0);
    small_disk_close(&room->disk);
}

static void what_is_no_journal_is_not_taken_for_one(void **state) {
    struct room *room = *state;
    struct error err = {0};
    test_folder_write(&room->folder, "history.db", "these are only words");
    assert_null(rollout_shelf_open(room->path, &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    assert_non_null(strstr(err.message, "not a database"));
}

#define ROOM_TEST(test) cmocka_unit_test_setup_teardown(test, open_room, close_room)

int main(void) {
    const struct CMUnitTest tests[] = {
        ROOM_TEST(what_is_open_is_found_on_a_full_disk),
        ROOM_TEST(nothing_is_found_where_nothing_was),
        ROOM_TEST(what_is_no_journal_is_not_taken_for_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
