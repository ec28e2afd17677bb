/* SPDX-License-Identifier: MIT */
#include "history/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "history/runs.h"
#include "history/store.h"
#include "io/sqlite.h"
#include "support/test_folder.h"

enum { ROWS = 6 };

struct book {
    struct test_folder folder;
    struct sqlite *sqlite;
};

static void add(struct sqlite *sqlite, const char *run, const char *body) {
    struct journal_entry entry = {
        .phase = JOURNAL_NOTE, .type = "test.note", .wall_ms = 5, .monotonic_us = 7};
    text_copy_cut(entry.run, sizeof entry.run, run);
    text_copy_cut(entry.body, sizeof entry.body, body);
    struct error err = {0};
    assert_true(sqlite_begin(sqlite, &err));
    if (!journal_add(sqlite, &entry, &err)) fail_msg("%s", err.message);
    assert_true(sqlite_commit(sqlite, &err));
}

static void begin_run(struct sqlite *sqlite, const char *id) {
    struct run_start start = {
        .kind = RUN_SMOKE, .target = "demo", .actor = "ann", .host = "ops1"};
    text_copy_cut(start.id, sizeof start.id, id);
    struct error err = {0};
    if (!runs_begin(sqlite, &start, &err)) fail_msg("%s", err.message);
}

static int open_book(void **state) {
    struct book *book = memory_new(sizeof *book);
    char path[TEST_PATH_SIZE];
    struct error err = {0};
    test_folder_init(&book->folder);
    test_folder_path(&book->folder, "history.db", path);
    book->sqlite = store_open(path, &err);
    *state = book;
    if (!book->sqlite) return -1;
    begin_run(book->sqlite, "run-a");
    begin_run(book->sqlite, "run-b");
    for (unsigned i = 0; i < ROWS; i++) add(book->sqlite, "run-a", "{\"n\":1}");
    return 0;
}

static int close_book(void **state) {
    struct book *book = *state;
    sqlite_close(book->sqlite);
    test_folder_clear(&book->folder);
    free(book);
    return 0;
}

/* The first row that does not fit; 0 when all do. */
static uint64_t first_broken(struct sqlite *sqlite) {
    uint64_t rows = 0;
    uint64_t broken = 0;
    struct error err = {0};
    bool whole = journal_verify(sqlite, &rows, &broken, &err);
    assert_int_equal(whole, broken == 0);
    if (!whole) assert_int_equal(err.code, ERROR_PROTOCOL);
    return broken;
}

static void run_sql(struct sqlite *sqlite, const char *sql) {
    struct error err = {0};
    if (!sqlite_run(sqlite, sql, &err)) fail_msg("%s: %s", sql, err.message);
}

static void an_untouched_chain_is_whole(void **state) {
    struct book *book = *state;
    uint64_t rows = 0;
    uint64_t broken = 1;
    struct error err = {0};
    assert_true(journal_verify(book->sqlite, &rows, &broken, &err));
    assert_int_equal(rows, ROWS);
    assert_int_equal(broken, 0);
}

static void rows_can_neither_be_changed_nor_removed(void **state) {
    static const char *const attempts[] = {
        "UPDATE event SET body_json='x' WHERE seq=3",
        "DELETE FROM event WHERE seq=3",
        "DELETE FROM event",
        "DELETE FROM run WHERE id='run-a'",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq=3",
        "INSERT OR REPLACE INTO event SELECT seq,run_id,1,mono_us,phase,type,"
        "body_json,prev_hash,randomblob(32) FROM event WHERE seq=6",
        "INSERT INTO event SELECT 77,run_id,ts_ms,mono_us,phase,type,body_json,"
        "prev_hash,randomblob(32) FROM event WHERE seq=6",
    };
    struct book *book = *state;
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        struct error err = {0};
        assert_false(sqlite_run(book->sqlite, attempts[i], &err));
    }
    assert_int_equal(first_broken(book->sqlite), 0);
}

/* Somebody with an editor for the file can get around the triggers, not the chain. */
static void every_forged_field_is_found(void **state) {
    static const char *const forgeries[] = {
        "run_id='run-b'",
        "ts_ms=ts_ms+1",
        "mono_us=mono_us-1",
        "phase='done'",
        "type='test.notes'",
        "body_json='{\"n\":2}'",
        "body_json=body_json||' '",
        "type=type||'{',body_json=substr(body_json,2)", /* moved over a border */
        "prev_hash=zeroblob(32)",
        "prev_hash=zeroblob(0)",
        "hash=randomblob(32)",
        "hash=substr(hash,1,31)",
    };
    struct book *book = *state;
    run_sql(book->sqlite, "DROP TRIGGER event_stays");
    for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
        char sql[160];
        struct text text = TEXT_IN(sql);
        text_addf(&text, "BEGIN; UPDATE event SET %s WHERE seq=3", forgeries[i]);
        run_sql(book->sqlite, sql);
        if (first_broken(book->sqlite) != 3) fail_msg("not found: %s", forgeries[i]);
        run_sql(book->sqlite, "ROLLBACK");
    }
    assert_int_equal(first_broken(book->sqlite), 0);
}

static void every_flipped_bit_of_a_hash_is_found(void **state) {
    struct book *book = *state;
    struct error err = {0};
    run_sql(book->sqlite, "DROP TRIGGER event_stays");
    struct statement *statement =
        statement_new(book->sqlite, "SELECT hash FROM event WHERE seq=6", &err);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    uint8_t hash[JOURNAL_HASH_SIZE];
    assert_int_equal(statement_blob(statement, 0).length, sizeof hash);
    memcpy(hash, statement_blob(statement, 0).data, sizeof hash);
    statement_free(statement);
    for (size_t bit = 0; bit < sizeof hash * 8; bit++) {
        hash[bit / 8] ^= (uint8_t)(1U << bit % 8);
        statement =
            statement_new(book->sqlite, "UPDATE event SET hash=? WHERE seq=6", &err);
        statement_bind_blob(
            statement, 1,
            (struct slice){.data = (const char *)hash, .length = sizeof hash});
        assert_true(statement_finish(statement, &err));
        assert_int_equal(first_broken(book->sqlite), 6);
        hash[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void missing_swapped_and_added_rows_are_found(void **state) {
    struct book *book = *state;
    run_sql(
        book->sqlite, "DROP TRIGGER event_stays; DROP TRIGGER event_is_kept;"
                      "DROP TRIGGER event_comes_last");
    run_sql(book->sqlite, "BEGIN; DELETE FROM event WHERE seq=1");
    assert_int_equal(first_broken(book->sqlite), 2);
    run_sql(book->sqlite, "ROLLBACK; BEGIN; DELETE FROM event WHERE seq=4");
    assert_int_equal(first_broken(book->sqlite), 5);
    run_sql(
        book->sqlite,
        "ROLLBACK; BEGIN; UPDATE event SET seq=99 WHERE seq=4;"
        "UPDATE event SET seq=4 WHERE seq=5; UPDATE event SET seq=5 WHERE seq=99");
    assert_int_equal(first_broken(book->sqlite), 4);
    run_sql(
        book->sqlite,
        "ROLLBACK; BEGIN; INSERT INTO event SELECT 77,run_id,ts_ms,mono_us,phase,type,"
        "body_json,prev_hash,randomblob(32) FROM event WHERE seq=6");
    assert_int_equal(first_broken(book->sqlite), 77);
    run_sql(book->sqlite, "ROLLBACK");
}

static void a_row_without_a_run_is_refused(void **state) {
    struct book *book = *state;
    struct journal_entry entry = {.run = "nobody", .type = "x", .body = "{}"};
    struct error err = {0};
    assert_true(sqlite_begin(book->sqlite, &err));
    assert_false(journal_add(book->sqlite, &entry, &err));
    assert_non_null(strstr(err.message, "FOREIGN KEY"));
    sqlite_rollback(book->sqlite);
    assert_int_equal(first_broken(book->sqlite), 0);
}

#define BOOK_TEST(test) cmocka_unit_test_setup_teardown(test, open_book, close_book)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOOK_TEST(an_untouched_chain_is_whole),
        BOOK_TEST(rows_can_neither_be_changed_nor_removed),
        BOOK_TEST(every_forged_field_is_found),
        BOOK_TEST(every_flipped_bit_of_a_hash_is_found),
        BOOK_TEST(missing_swapped_and_added_rows_are_found),
        BOOK_TEST(a_row_without_a_run_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
