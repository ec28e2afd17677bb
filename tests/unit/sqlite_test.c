/* SPDX-License-Identifier: MIT */
#include "io/sqlite.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "support/small_disk.h"
#include "support/test_folder.h"

static const char *const migrations[] = {
    "CREATE TABLE a(x INTEGER) STRICT; INSERT INTO a VALUES(1)",
    "ALTER TABLE a ADD COLUMN y TEXT",
    "UPDATE a SET y='second'",
};

enum { ALL = sizeof migrations / sizeof *migrations };

struct place {
    struct test_folder folder;
    char path[TEST_PATH_SIZE];
};

static int make_place(void **state) {
    struct place *place = memory_new(sizeof *place);
    test_folder_init(&place->folder);
    test_folder_path(&place->folder, "x.db", place->path);
    *state = place;
    return 0;
}

static int clear_place(void **state) {
    struct place *place = *state;
    test_folder_clear(&place->folder);
    free(place);
    return 0;
}

static struct sqlite *open_file(const struct place *place, size_t count) {
    struct error err = {0};
    struct sqlite *sqlite = sqlite_open(place->path, migrations, count, &err);
    if (!sqlite) fail_msg("%s", err.message);
    return sqlite;
}

static int64_t ask(struct sqlite *sqlite, const char *sql) {
    struct error err = {0};
    struct statement *statement = statement_new(sqlite, sql, &err);
    if (!statement) fail_msg("%s", err.message);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    int64_t value = statement_int(statement, 0);
    statement_free(statement);
    return value;
}

static void a_file_is_private_durable_and_strict_about_references(void **state) {
    struct place *place = *state;
    mode_t before = umask(0);
    struct sqlite *sqlite = open_file(place, ALL);
    umask(before);
    struct stat about;
    assert_int_equal(stat(place->path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(ask(sqlite, "PRAGMA synchronous"), 2);
    assert_int_equal(ask(sqlite, "PRAGMA foreign_keys"), 1);
    assert_int_equal(
        ask(sqlite, "SELECT count(*) FROM pragma_journal_mode"
                    " WHERE journal_mode='wal'"),
        1);
    sqlite_close(sqlite);
}

static void migrations_run_once_and_from_where_the_file_is(void **state) {
    struct place *place = *state;
    sqlite_close(open_file(place, 1));
    struct sqlite *sqlite = open_file(place, ALL);
    assert_int_equal(ask(sqlite, "PRAGMA user_version"), ALL);
    assert_int_equal(ask(sqlite, "SELECT count(*) FROM a WHERE y='second'"), 1);
    sqlite_close(sqlite);
    sqlite = open_file(place, ALL);
    assert_int_equal(ask(sqlite, "SELECT count(*) FROM a"), 1);
    sqlite_close(sqlite);
}

static void a_migration_that_fails_leaves_the_file_as_it_was(void **state) {
    static const char *const bad[] = {
        "CREATE TABLE a(x INTEGER) STRICT",
        "INSERT INTO a VALUES(1); INSERT INTO nowhere VALUES(2)"};
    struct place *place = *state;
    struct error err = {0};
    assert_null(sqlite_open(place->path, bad, 2, &err));
    assert_non_null(strstr(err.message, place->path));
    assert_non_null(strstr(err.message, "nowhere"));
    struct sqlite *sqlite = sqlite_open(place->path, bad, 1, &err);
    assert_non_null(sqlite);
    assert_int_equal(ask(sqlite, "SELECT count(*) FROM a"), 0);
    sqlite_close(sqlite);
}

static void a_file_of_a_newer_program_is_only_read(void **state) {
    struct place *place = *state;
    sqlite_close(open_file(place, ALL));
    struct sqlite *sqlite = open_file(place, 1);
    assert_true(sqlite_is_read_only(sqlite));
    assert_int_equal(ask(sqlite, "SELECT x FROM a"), 1);
    struct error err = {0};
    assert_false(sqlite_run(sqlite, "DELETE FROM a", &err));
    assert_int_equal(ask(sqlite, "SELECT count(*) FROM a"), 1);
    sqlite_close(sqlite);
}

static void a_file_that_is_none_of_ours_is_an_error_in_words(void **state) {
    struct place *place = *state;
    struct error err = {0};
    test_folder_write(
        &place->folder, "x.db", "this is not a database, not at all.....");
    assert_null(sqlite_open(place->path, migrations, ALL, &err));
    assert_non_null(strstr(err.message, "x.db"));
    assert_non_null(strstr(err.message, "not a database"));
    assert_null(sqlite_open(place->folder.path, migrations, ALL, &err));
}

static void a_link_is_not_followed(void **state) {
    struct place *place = *state;
    char other[TEST_PATH_SIZE];
    test_folder_path(&place->folder, "other.db", other);
    assert_int_equal(symlink(other, place->path), 0);
    struct error err = {0};
    assert_null(sqlite_open(place->path, migrations, ALL, &err));
    assert_int_not_equal(access(other, F_OK), 0);
}

static void values_come_back_as_they_were_bound(void **state) {
    struct place *place = *state;
    struct sqlite *sqlite = open_file(place, ALL);
    struct error err = {0};
    struct statement *statement = statement_new(sqlite, "SELECT ?1,?2,?3,?4,?5", &err);
    static const char blob[] = {0, 1, 0, 2};
    statement_bind_string(statement, 1, "tr\xC3\xBCgt");
    statement_bind_blob(statement, 2, (struct slice){.data = blob, .length = 4});
    statement_bind_int(statement, 3, INT64_MIN);
    statement_bind_double(statement, 4, 0.1);
    statement_bind_null(statement, 5);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    assert_true(slice_equals(statement_string(statement, 0), "tr\xC3\xBCgt"));
    struct slice read = statement_blob(statement, 1);
    assert_int_equal(read.length, sizeof blob);
    assert_memory_equal(read.data, blob, sizeof blob);
    assert_true(statement_int(statement, 2) == INT64_MIN);
    assert_true(statement_double(statement, 3) == 0.1);
    assert_true(statement_is_null(statement, 4));
    assert_true(isnan(statement_double(statement, 4)));
    assert_int_equal(statement_string(statement, 4).length, 0);
    assert_int_equal(statement_next(statement, &err), STATEMENT_DONE);
    statement_free(statement);
    sqlite_close(sqlite);
}

static void a_transaction_is_kept_whole_or_not_at_all(void **state) {
    struct place *place = *state;
    struct sqlite *sqlite = open_file(place, ALL);
    struct error err = {0};
    assert_true(sqlite_begin(sqlite, &err));
    assert_true(sqlite_run(sqlite, "INSERT INTO a(x) VALUES(5)", &err));
    sqlite_rollback(sqlite);
    sqlite_rollback(sqlite); /* nothing to undo: nothing happens */
    assert_int_equal(ask(sqlite, "SELECT count(*) FROM a"), 1);
    assert_true(sqlite_begin(sqlite, &err));
    assert_true(sqlite_run(sqlite, "UPDATE a SET x=7", &err));
    assert_int_equal(sqlite_changes(sqlite), 1);
    assert_true(sqlite_commit(sqlite, &err));
    assert_int_equal(ask(sqlite, "SELECT x FROM a"), 7);
    sqlite_close(sqlite);
}

static void broken_sql_is_told_and_has_no_statement(void **state) {
    struct place *place = *state;
    struct sqlite *sqlite = open_file(place, ALL);
    struct error err = {0};
    assert_null(statement_new(sqlite, "SELECT FROM", &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    assert_false(statement_finish(NULL, &err));
    sqlite_close(sqlite);
}

#define PLACE_TEST(test) cmocka_unit_test_setup_teardown(test, make_place, clear_place)

static void a_reader_looks_and_cannot_write(void **state) {
    struct place *place = *state;
    struct error err = {0};
    assert_null(sqlite_open_read_only(place->path, &err));
    struct sqlite *writer = open_file(place, ALL);
    struct sqlite *reader = sqlite_open_read_only(place->path, &err);
    if (!reader) fail_msg("%s", err.message);
    assert_true(sqlite_is_read_only(reader));
    assert_int_equal(ask(reader, "SELECT count(*) FROM a"), 1);
    int64_t version = 0;
    assert_true(sqlite_version(reader, &version, &err));
    assert_int_equal(version, ALL);
    assert_false(sqlite_run(reader, "INSERT INTO a VALUES(2, 'x')", &err));
    assert_false(sqlite_run(reader, "PRAGMA query_only=0; DELETE FROM a", &err));
    assert_int_equal(ask(reader, "SELECT count(*) FROM a"), 1);
    sqlite_close(reader);
    sqlite_close(writer);
}

static bool is_there(const struct place *place, const char *ending) {
    char path[TEST_PATH_SIZE];
    struct stat about;
    struct text text = TEXT_IN(path);
    text_addf(&text, "%s%s", place->path, ending);
    return stat(path, &about) == 0 && about.st_size > 0;
}

static void expect_second(const struct place *place) {
    struct error err = {0};
    struct sqlite *reader = sqlite_open_read_only(place->path, &err);
    if (!reader) fail_msg("%s", err.message);
    assert_int_equal(ask(reader, "SELECT count(*) FROM a WHERE y='second'"), 1);
    assert_false(sqlite_run(reader, "DELETE FROM a", &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    sqlite_close(reader);
}

static const size_t lefts[] = {0, 34816, 102400}; /* bytes */

/* Neither an index is made nor a log, not even where half of it had room. */
static void what_is_on_a_full_disk_is_read(void **state) {
    struct place *place = *state;
    struct small_disk disk;
    if (!small_disk_open(&disk, place->folder.path)) skip();
    sqlite_close(open_file(place, ALL));
    for (size_t i = 0; i < sizeof lefts / sizeof *lefts; i++) {
        assert_false(is_there(place, "-wal"));
        small_disk_fill(&disk, lefts[i]);
        expect_second(place);
        assert_false(is_there(place, "-shm"));
        small_disk_empty(&disk);
    }
    small_disk_close(&disk);
}

/* As a crash leaves it. */
static void leave_a_log(const struct place *place) {
    pid_t child = fork();
    if (child == 0) {
        open_file(place, ALL);
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(is_there(place, "-wal"));
}

/* What is in it counts, also without its index, or with one of nothing. */
static void a_log_on_a_full_disk_is_read(void **state) {
    struct place *place = *state;
    struct small_disk disk;
    if (!small_disk_open(&disk, place->folder.path)) skip();
    leave_a_log(place);
    small_disk_fill(&disk, 0);
    expect_second(place);
    char path[TEST_PATH_SIZE];
    test_folder_path(&place->folder, "x.db-shm", path);
    assert_int_equal(unlink(path), 0);
    small_disk_empty(&disk);
    small_disk_fill(&disk, 0);
    expect_second(place);
    assert_false(is_there(place, "-shm"));
    expect_second(place);
    small_disk_empty(&disk);
    sqlite_close(open_file(place, ALL)); /* whoever writes makes a new one */
    assert_false(is_there(place, "-wal"));
    small_disk_close(&disk);
}

/* Characters that a URI gives a meaning to. */
static void any_path_is_looked_at(void **state) {
    struct place *place = *state;
    test_folder_path(&place->folder, "a%20b?c=d#e.db", place->path);
    sqlite_close(open_file(place, ALL));
    expect_second(place);
}

static void a_statement_can_be_run_again(void **state) {
    struct place *place = *state;
    struct error err = {0};
    struct sqlite *sqlite = open_file(place, ALL);
    struct statement *statement = statement_new(sqlite, "SELECT ?", &err);
    assert_non_null(statement);
    for (int round = 0; round < 3; round++) {
        statement_reset(statement);
        if (round < 2) statement_bind_int(statement, 1, round);
        assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
        assert_true(statement_is_null(statement, 0) == (round == 2));
        assert_int_equal(statement_int(statement, 0), round % 2);
    }
    statement_free(statement);
    sqlite_close(sqlite);
}

static void a_file_that_is_held_is_late(void **state) {
    struct place *place = *state;
    struct error err = {0};
    struct sqlite *first = open_file(place, ALL);
    struct sqlite *second = open_file(place, ALL);
    assert_true(sqlite_begin(first, &err));
    assert_true(sqlite_run(second, "PRAGMA busy_timeout=1", &err));
    assert_false(sqlite_begin(second, &err));
    assert_int_equal(err.code, ERROR_TIMEOUT);
    sqlite_rollback(first);
    assert_true(sqlite_begin(second, &err));
    sqlite_close(first);
    sqlite_rollback(second);
    sqlite_close(second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        PLACE_TEST(a_file_is_private_durable_and_strict_about_references),
        PLACE_TEST(migrations_run_once_and_from_where_the_file_is),
        PLACE_TEST(a_migration_that_fails_leaves_the_file_as_it_was),
        PLACE_TEST(a_file_of_a_newer_program_is_only_read),
        PLACE_TEST(a_file_that_is_none_of_ours_is_an_error_in_words),
        PLACE_TEST(a_link_is_not_followed),
        PLACE_TEST(values_come_back_as_they_were_bound),
        PLACE_TEST(a_transaction_is_kept_whole_or_not_at_all),
        PLACE_TEST(broken_sql_is_told_and_has_no_statement),
        cmocka_unit_test_setup_teardown(
            a_reader_looks_and_cannot_write, make_place, clear_place),
        PLACE_TEST(what_is_on_a_full_disk_is_read),
        PLACE_TEST(a_log_on_a_full_disk_is_read),
        PLACE_TEST(any_path_is_looked_at),
        cmocka_unit_test_setup_teardown(
            a_statement_can_be_run_again, make_place, clear_place),
        cmocka_unit_test_setup_teardown(
            a_file_that_is_held_is_late, make_place, clear_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
