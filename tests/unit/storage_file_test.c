/* SPDX-License-Identifier: MIT */
#include "agent/storage_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "io/sqlite.h"
#include "support/test_folder.h"

#define ID "01ARZ3NDEKTSV4RRFFQ69G5FA"

struct place {
    struct test_folder folder;
    char path[TEST_PATH_SIZE];
};

static int make_place(void **state) {
    struct place *place = memory_new(sizeof *place);
    test_folder_init(&place->folder);
    test_folder_path(&place->folder, "store.db", place->path);
    *state = place;
    return 0;
}

static int clear_place(void **state) {
    struct place *place = *state;
    test_folder_clear(&place->folder);
    free(place);
    return 0;
}

static struct storage_file *open_file(const struct place *place) {
    struct error err = {0};
    struct storage_file *file = storage_file_open(place->path, &err);
    if (!file) fail_msg("%s", err.message);
    return file;
}

static int64_t ask(const struct place *place, const char *sql) {
    struct error err = {0};
    struct sqlite *sqlite = sqlite_open_read_only(place->path, &err);
    assert_non_null(sqlite);
    struct statement *statement = statement_new(sqlite, sql, &err);
    if (!statement) fail_msg("%s", err.message);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    int64_t value = statement_int(statement, 0);
    statement_free(statement);
    sqlite_close(sqlite);
    return value;
}

static struct storage_record record(char last) {
    struct storage_record made = {
        .id = ID,
        .version = "v1",
        .user_hash = "0123456789abcdef",
        .mode = "queue",
        .priority = PRIORITY_NORMAL,
        .outcome = OUTCOME_SUCCESS,
        .attempts = 1,
        .submitted_ms = 1000,
        .started_ms = 2000,
        .finished_ms = 3000,
        .input_tokens = 10,
        .output_tokens = 20,
        .cost_usd = (double)NAN};
    made.id[strlen(ID)] = last;
    return made;
}

static void a_new_file_has_orders_once(void **state) {
    const struct place *place = *state;
    storage_file_close(open_file(place));
    int64_t count = ask(place, "SELECT count(*) FROM orders");
    assert_in_range(count, 10, 100);
    storage_file_close(open_file(place));
    assert_int_equal(ask(place, "SELECT count(*) FROM orders"), count);
    assert_int_equal(ask(place, "PRAGMA user_version"), STORAGE_VERSION);
}

static void orders_are_found_by_a_reader(void **state) {
    const struct place *place = *state;
    struct error err = {0};
    storage_file_close(open_file(place));
    struct storage_reader *reader = storage_reader_open(place->path, &err);
    assert_non_null(reader);
    struct order order;
    struct order built_in;
    bool is_found = false;
    assert_true(order_find("A-1009", &built_in));
    for (int round = 0; round < 2; round++) {
        assert_true(storage_reader_find(reader, "A-1009", &order, &is_found, &err));
        assert_true(is_found);
        assert_string_equal(order.items, built_in.items);
        assert_string_equal(order.due, built_in.due);
        assert_int_equal(order.total_cents, built_in.total_cents);
    }
    assert_true(storage_reader_find(reader, "x' OR '1'='1", &order, &is_found, &err));
    assert_false(is_found);
    storage_reader_close(reader);
}

static void a_job_is_recorded_once(void **state) {
    const struct place *place = *state;
    struct storage_file *file = open_file(place);
    struct error err = {0};
    size_t new_count = 0;
    struct storage_record records[] = {record('A'), record('B'), record('A')};
    records[2].outcome = OUTCOME_TIMEOUT;
    assert_true(storage_file_record(file, records, 3, &new_count, &err));
    assert_int_equal(new_count, 2);
    assert_true(storage_file_record(file, &records[2], 1, &new_count, &err));
    assert_int_equal(new_count, 0);
    storage_file_close(file);
    assert_int_equal(ask(place, "SELECT count(*) FROM jobs"), 2);
    assert_int_equal(
        ask(place, "SELECT count(*) FROM jobs WHERE outcome='success'"), 2);
    assert_int_equal(ask(place, "SELECT count(*) FROM jobs WHERE cost_usd IS NULL"), 2);
}

/* As if as many as may stay had come since: a row with a high number. */
static void leap_ahead(const struct place *place) {
    static const char *const as_it_is[STORAGE_VERSION] = {"", ""};
    struct error err = {0};
    struct sqlite *sqlite = sqlite_open(place->path, as_it_is, STORAGE_VERSION, &err);
    assert_non_null(sqlite);
    char sql[256];
    struct text text = TEXT_IN(sql);
    text_addf(
        &text,
        "INSERT INTO jobs(rowid,id,version,outcome,user_hash,mode,priority,attempts,"
        "submitted_ms,started_ms,finished_ms,input_tokens,output_tokens)"
        " VALUES(%d,'far','','','','',1,1,1,1,1,1,1)",
        STORAGE_JOBS_MAX);
    assert_true(sqlite_run(sqlite, sql, &err));
    sqlite_close(sqlite);
}

static void the_oldest_jobs_are_forgotten(void **state) {
    const struct place *place = *state;
    struct error err = {0};
    size_t new_count = 0;
    struct storage_record records[] = {record('A'), record('B'), record('C')};
    struct storage_file *file = open_file(place);
    assert_true(storage_file_record(file, records, 2, &new_count, &err));
    leap_ahead(place);
    assert_int_equal(ask(place, "SELECT count(*) FROM jobs"), 3);
    assert_true(storage_file_record(file, &records[2], 1, &new_count, &err));
    assert_int_equal(new_count, 1);
    assert_int_equal(ask(place, "SELECT count(*) FROM jobs"), 3);
    assert_int_equal(ask(place, "SELECT count(*) FROM jobs WHERE id='" ID "A'"), 0);
    assert_int_equal(ask(place, "SELECT count(*) FROM jobs WHERE id='" ID "C'"), 1);
    storage_file_close(file);
}

static enum storage_rated rate(
    struct storage_file *file, struct storage_rating *rating, unsigned value) {
    struct error err = {0};
    enum storage_rated rated = STORAGE_RATED_NOTHING;
    rating->rating = value;
    if (!storage_file_rate(file, rating, &rated, &err)) fail_msg("%s", err.message);
    return rated;
}

static void a_job_has_one_rating(void **state) {
    const struct place *place = *state;
    struct storage_file *file = open_file(place);
    struct error err = {0};
    size_t new_count = 0;
    struct storage_record known = record('A');
    struct storage_rating rating = {.id = ID "A"};
    assert_int_equal(rate(file, &rating, 4), STORAGE_RATED_NOTHING);
    assert_true(storage_file_record(file, &known, 1, &new_count, &err));
    assert_int_equal(rate(file, &rating, 4), STORAGE_RATED);
    assert_string_equal(rating.version, "v1");
    assert_int_equal(rate(file, &rating, 2), STORAGE_RATED_AGAIN);
    /* Redis knows it, and its version. */
    struct storage_rating other = {.id = ID "B", .version = "v2"};
    assert_int_equal(rate(file, &other, 5), STORAGE_RATED);
    assert_string_equal(other.version, "v2");
    storage_file_close(file);
    assert_int_equal(ask(place, "SELECT count(*) FROM ratings"), 2);
    assert_int_equal(
        ask(place, "SELECT rating FROM ratings WHERE job_id='" ID "A'"), 2);
}

static void a_newer_file_is_refused_with_both_versions(void **state) {
    const struct place *place = *state;
    struct error err = {0};
    storage_file_close(open_file(place));
    static const char *const newer[] = {"", "", "SELECT 1", "SELECT 2"};
    struct sqlite *sqlite = sqlite_open(place->path, newer, 4, &err);
    assert_non_null(sqlite);
    sqlite_close(sqlite);
    assert_null(storage_file_open(place->path, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_non_null(strstr(err.message, "its form is 4, and 2 is the newest"));
}

static void what_is_no_store_is_an_error(void **state) {
    const struct place *place = *state;
    struct error err = {0};
    test_folder_write(
        &place->folder, "store.db",
        "This is a letter, and not at all a database, however long it may be: dear "
        "reader, there is nothing here for you to keep, and nothing to look up.");
    assert_null(storage_file_open(place->path, &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    assert_null(storage_reader_open(place->path, &err));
    assert_null(storage_reader_open("/nowhere/at/all", &err));
    assert_null(storage_file_open("/nowhere/at/all", &err));
    assert_null(storage_file_open(place->folder.path, &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_new_file_has_orders_once, make_place, clear_place),
        cmocka_unit_test_setup_teardown(
            orders_are_found_by_a_reader, make_place, clear_place),
        cmocka_unit_test_setup_teardown(
            a_job_is_recorded_once, make_place, clear_place),
        cmocka_unit_test_setup_teardown(
            the_oldest_jobs_are_forgotten, make_place, clear_place),
        cmocka_unit_test_setup_teardown(a_job_has_one_rating, make_place, clear_place),
        cmocka_unit_test_setup_teardown(
            a_newer_file_is_refused_with_both_versions, make_place, clear_place),
        cmocka_unit_test_setup_teardown(
            what_is_no_store_is_an_error, make_place, clear_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
