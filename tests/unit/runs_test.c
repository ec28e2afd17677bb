/* SPDX-License-Identifier: MIT */
#include "history/runs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "history/run_list.h"
#include "history/store.h"
#include "io/sqlite.h"
#include "support/test_folder.h"

enum { LIST_MAX = 8 };

struct archive {
    struct test_folder folder;
    struct sqlite *sqlite;
    struct run_row rows[LIST_MAX];
};

static int open_archive(void **state) {
    struct archive *archive = memory_new(sizeof *archive);
    char path[TEST_PATH_SIZE];
    struct error err = {0};
    test_folder_init(&archive->folder);
    test_folder_path(&archive->folder, "history.db", path);
    archive->sqlite = store_open(path, &err);
    *state = archive;
    return archive->sqlite ? 0 : -1;
}

static int close_archive(void **state) {
    struct archive *archive = *state;
    sqlite_close(archive->sqlite);
    test_folder_clear(&archive->folder);
    free(archive);
    return 0;
}

static void begin(
    struct archive *archive, const char *id, enum run_kind kind, int64_t started_ms) {
    struct run_start start = {
        .kind = kind,
        .target = "demo",
        .scenario = "default",
        .scenario_hash = "cafe",
        .actor = "ann",
        .host = "ops1",
        .started_ms = started_ms};
    text_copy_cut(start.id, sizeof start.id, id);
    struct error err = {0};
    if (!runs_begin(archive->sqlite, &start, &err)) fail_msg("%s", err.message);
}

static bool end(struct archive *archive, const char *id, enum verdict verdict) {
    struct run_end end = {
        .verdict = verdict, .reason = "because", .exit_code = 4, .ended_ms = 90};
    text_copy_cut(end.id, sizeof end.id, id);
    struct error err = {0};
    bool ended = runs_end(archive->sqlite, &end, &err);
    if (!ended) assert_int_equal(err.code, ERROR_NOT_FOUND);
    return ended;
}

static size_t list(struct archive *archive, const struct run_filter *filter) {
    struct run_rows rows = {.rows = archive->rows, .size = LIST_MAX};
    struct error err = {0};
    if (!run_list(archive->sqlite, filter, &rows, &err)) fail_msg("%s", err.message);
    return rows.count;
}

static void a_run_is_found_as_it_was_begun_and_ended(void **state) {
    struct archive *archive = *state;
    struct run_row row;
    struct error err = {0};
    begin(archive, "a", RUN_SMOKE, 50);
    assert_true(run_find(archive->sqlite, "a", &row, &err));
    assert_string_equal(row.verdict, "running");
    assert_int_equal(row.ended_ms, 0);
    assert_string_equal(row.version, ""); /* not known */

    assert_true(end(archive, "a", VERDICT_INCONCLUSIVE));
    assert_true(run_find(archive->sqlite, "a", &row, &err));
    assert_string_equal(row.kind, "smoke");
    assert_string_equal(row.verdict, "inconclusive");
    assert_string_equal(row.reason, "because");
    assert_string_equal(row.actor, "ann");
    assert_int_equal(row.started_ms, 50);
    assert_int_equal(row.ended_ms, 90);
    assert_int_equal(row.exit_code, 4);
}

static void a_run_ends_once(void **state) {
    struct archive *archive = *state;
    struct run_row row;
    struct error err = {0};
    begin(archive, "a", RUN_LOAD, 1);
    assert_false(end(archive, "b", VERDICT_PASS));
    assert_true(end(archive, "a", VERDICT_FAIL));
    assert_false(end(archive, "a", VERDICT_PASS));
    assert_true(run_find(archive->sqlite, "a", &row, &err));
    assert_string_equal(row.verdict, "fail");
    assert_false(run_find(archive->sqlite, "nobody", &row, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
}

static void lists_are_newest_first_and_bounded(void **state) {
    struct archive *archive = *state;
    struct run_filter any = {0};
    assert_int_equal(list(archive, &any), 0);
    for (unsigned i = 0; i < LIST_MAX + 4; i++) {
        char id[ULID_STRING_SIZE];
        struct text text = TEXT_IN(id);
        text_addf(&text, "run-%02u", i);
        begin(archive, id, i % 2 ? RUN_LOAD : RUN_SMOKE, i / 2);
    }
    assert_int_equal(list(archive, &any), LIST_MAX);
    assert_string_equal(archive->rows[0].id, "run-11");
    assert_string_equal(archive->rows[1].id, "run-10");
    assert_string_equal(archive->rows[LIST_MAX - 1].id, "run-04");

    struct run_filter smoke = {.kind = "smoke", .target = "demo"};
    assert_int_equal(list(archive, &smoke), 6);
    assert_string_equal(archive->rows[0].id, "run-10");
    struct run_filter other = {.target = "' OR 1=1 --"};
    assert_int_equal(list(archive, &other), 0);
    struct run_filter hash = {.scenario_hash = "cafe"};
    assert_int_equal(list(archive, &hash), LIST_MAX);
}

static void results_come_back(void **state) {
    static const struct run_result given[] = {
        {.name = "chat", .attempt = 1, .status = RESULT_FAIL, .message = "no 4"},
        {.name = "chat", .attempt = 2, .status = RESULT_PASS, .duration_us = 9},
        {.name = "health",
         .attempt = 1,
         .status = RESULT_SKIP,
         .evidence = "{\"a\":1}"},
    };
    enum { COUNT = sizeof given / sizeof *given };
    struct archive *archive = *state;
    struct error err = {0};
    begin(archive, "a", RUN_SMOKE, 1);
    for (size_t i = COUNT; i-- > 0;) {
        assert_true(runs_add_result(archive->sqlite, "a", &given[i], &err));
    }
    assert_false(runs_add_result(archive->sqlite, "a", &given[0], &err)); /* twice */
    assert_false(runs_add_result(archive->sqlite, "b", &given[0], &err)); /* no run */

    struct run_result *read = memory_new_array(COUNT, sizeof *read);
    struct run_results results = {.results = read, .size = COUNT};
    assert_true(run_read_results(archive->sqlite, "a", &results, &err));
    assert_int_equal(results.count, COUNT);
    assert_memory_equal(read, given, sizeof given);
    results.size = 2;
    assert_true(run_read_results(archive->sqlite, "a", &results, &err));
    assert_int_equal(results.count, 2);
    free(read);
}

static void a_metric_without_data_is_no_number(void **state) {
    struct archive *archive = *state;
    struct error err = {0};
    begin(archive, "a", RUN_LOAD, 1);
    struct run_metric metrics[] = {
        {.name = "p95", .value = 310, .samples = 40, .unit = "ms", .better = "lower"},
        {.name = "p99", .value = NAN, .samples = 7, .unit = "ms", .better = "lower"},
        {.name = "bad", .value = 1, .samples = 1, .unit = "ms", .better = "sideways"},
    };
    assert_true(runs_add_metric(archive->sqlite, "a", &metrics[0], &err));
    assert_true(runs_add_metric(archive->sqlite, "a", &metrics[1], &err));
    assert_false(runs_add_metric(archive->sqlite, "a", &metrics[2], &err));
    struct statement *statement = statement_new(
        archive->sqlite, "SELECT value,n FROM metric ORDER BY name", &err);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    assert_true(statement_double(statement, 0) == 310);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    assert_true(statement_is_null(statement, 0));
    assert_int_equal(statement_int(statement, 1), 0);
    statement_free(statement);
}

static void a_histogram_comes_back_exactly(void **state) {
    struct archive *archive = *state;
    struct error err = {0};
    struct histogram *given = memory_new(sizeof *given);
    struct histogram *read = memory_new(sizeof *read);
    histogram_init(given);
    for (uint64_t i = 1; i < 3000; i++) histogram_record(given, i * i, i);
    begin(archive, "a", RUN_LOAD, 1);
    assert_true(runs_add_histogram(archive->sqlite, "a", "chat", given, &err));
    assert_true(runs_read_histogram(archive->sqlite, "a", "chat", read, &err));
    assert_memory_equal(read, given, sizeof *read);
    assert_false(runs_read_histogram(archive->sqlite, "a", "other", read, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_true(sqlite_run(archive->sqlite, "UPDATE hist SET encoding='hdr'", &err));
    assert_false(runs_read_histogram(archive->sqlite, "a", "chat", read, &err));
    assert_int_equal(err.code, ERROR_PROTOCOL);
    free(given);
    free(read);
}

/* The schema itself refuses what no program may write. */
static void the_schema_refuses_nonsense(void **state) {
    static const char *const nonsense[] = {
        "INSERT INTO run(id,kind,target,scenario,scenario_hash,started_ms,actor,host,"
        "tool_version) VALUES('x','lunch','t','s','h',1,'a','h','v')",
        "INSERT INTO run(id,kind,target,scenario,scenario_hash,started_ms,actor,host,"
        "tool_version) VALUES('x','smoke','t','s','h','soon','a','h','v')",
        "UPDATE run SET verdict='maybe'",
        "INSERT INTO waiver(id,item,target,owner,reason,created_ms,expires_ms)"
        " VALUES('w','i','t','o','r',0,15*86400000)",
        "INSERT INTO waiver(id,item,target,owner,reason,created_ms,expires_ms)"
        " VALUES('w','i','t','o','r',5,5)",
    };
    struct archive *archive = *state;
    begin(archive, "a", RUN_SMOKE, 1);
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        struct error err = {0};
        if (sqlite_run(archive->sqlite, nonsense[i], &err)) fail_msg("%s", nonsense[i]);
    }
    struct error err = {0};
    assert_true(sqlite_run(
        archive->sqlite,
        "INSERT INTO waiver(id,item,target,owner,reason,created_ms,expires_ms)"
        " VALUES('w','i','t','o','r',0,14*86400000)",
        &err));
}

#define ARCHIVE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, open_archive, close_archive)

int main(void) {
    const struct CMUnitTest tests[] = {
        ARCHIVE_TEST(a_run_is_found_as_it_was_begun_and_ended),
        ARCHIVE_TEST(a_run_ends_once),
        ARCHIVE_TEST(lists_are_newest_first_and_bounded),
        ARCHIVE_TEST(results_come_back),
        ARCHIVE_TEST(a_metric_without_data_is_no_number),
        ARCHIVE_TEST(a_histogram_comes_back_exactly),
        ARCHIVE_TEST(the_schema_refuses_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
