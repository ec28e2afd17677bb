/* SPDX-License-Identifier: MIT */
#include "agent/storage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/json_log.h"
#include "agent/registry.h"
#include "base/memory.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/sqlite.h"
#include "support/test_folder.h"

enum { PAGE_MAX = 256 * 1024 };

/* A store in a folder of its own, and what it said last. */
struct bench {
    struct test_folder folder;
    char path[TEST_PATH_SIZE];
    struct loop *loop;
    struct registry *registry;
    struct json_log log;
    struct storage *store;
    struct loop_timer *poll;
    const char *awaited; /* a line of the metrics */
    struct storage_answer answer;
    uint32_t answers;
};

static int make_bench(void **state) {
    struct bench *bench = memory_new(sizeof *bench);
    test_folder_init(&bench->folder);
    test_folder_path(&bench->folder, "store.db", bench->path);
    bench->loop = loop_new();
    bench->registry = registry_new();
    bench->log = (struct json_log){
        .least = LOG_ERROR, .program = "serve", .version = "v1", .descriptor = -1};
    *state = bench;
    return 0;
}

static int clear_bench(void **state) {
    struct bench *bench = *state;
    storage_free(bench->store);
    loop_free(bench->loop);
    registry_free(bench->registry);
    test_folder_clear(&bench->folder);
    free(bench);
    return 0;
}

static void open_store(struct bench *bench) {
    struct error err = {0};
    struct storage_options options = {
        .path = bench->path, .registry = bench->registry, .log = &bench->log};
    bench->store = storage_new(bench->loop, &options, &err);
    if (!bench->store) fail_msg("%s", err.message);
}

static bool has(const struct bench *bench, const char *line) {
    struct buffer page;
    buffer_init(&page, PAGE_MAX);
    registry_write(bench->registry, "", &page);
    bool is_there = strstr(buffer_string(&page), line) != NULL;
    buffer_clear(&page);
    return is_there;
}

static void look(void *owner, uint64_t now_ns) {
    struct bench *bench = owner;
    (void)now_ns;
    if (has(bench, bench->awaited)) loop_stop(bench->loop);
}

static void await(struct bench *bench, const char *line) {
    bench->awaited = line;
    bench->poll = loop_every(bench->loop, NS_PER_MS, look, bench);
    loop_run(bench->loop);
    loop_timer_free(bench->poll);
}

static void keep(struct bench *bench, unsigned number) {
    struct storage_record record = {
        .version = "v1", .user_hash = "u", .mode = "sync", .cost_usd = 0.5};
    snprintf(record.id, sizeof record.id, "%026u", number);
    storage_keep(bench->store, &record);
}

static int64_t count_jobs(const struct bench *bench) {
    struct error err = {0};
    struct sqlite *sqlite = sqlite_open_read_only(bench->path, &err);
    assert_non_null(sqlite);
    struct statement *statement =
        statement_new(sqlite, "SELECT count(*) FROM jobs", &err);
    assert_non_null(statement);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    int64_t count = statement_int(statement, 0);
    statement_free(statement);
    sqlite_close(sqlite);
    return count;
}

static void on_answer(void *owner, const struct storage_answer *answer) {
    struct bench *bench = owner;
    bench->answer = *answer;
    bench->answers++;
    loop_stop(bench->loop);
}

static void store_keeps_records_and_each_once(void **state) {
    struct bench *bench = *state;
    open_store(bench);
    for (unsigned i = 0; i < 200; i++) keep(bench, i % 150);
    await(bench, "store_operations_total{operation=\"record\",result=\"known\"} 50\n");
    assert_true(
        has(bench, "store_operations_total{operation=\"record\",result=\"ok\"} 150\n"));
    assert_true(has(bench, "agent_ready{check=\"store\"} 1\n"));
    assert_int_equal(count_jobs(bench), 150);
}

static void store_writes_what_waits_when_it_is_freed(void **state) {
    struct bench *bench = *state;
    open_store(bench);
    for (unsigned i = 0; i < 300; i++) keep(bench, i);
    storage_free(bench->store);
    bench->store = NULL;
    /* The thread may still be at the first batch. */
    loop_run(bench->loop);
    assert_int_equal(count_jobs(bench), 300);
}

static void store_answers_about_orders_and_ratings(void **state) {
    struct bench *bench = *state;
    open_store(bench);
    assert_non_null(storage_find_order(bench->store, "A-1001", on_answer, bench));
    assert_int_equal(bench->answers, 0);
    loop_run(bench->loop);
    assert_int_equal(bench->answer.error.code, ERROR_NONE);
    assert_true(bench->answer.is_found);
    assert_string_equal(bench->answer.order.state, "shipped");

    struct storage_rating rating = {.id = "7", .version = "v1", .rating = 3};
    storage_rate(bench->store, &rating, on_answer, bench);
    loop_run(bench->loop);
    assert_int_equal(bench->answer.rated, STORAGE_RATED);
    storage_ask_free(storage_rate(bench->store, &rating, on_answer, bench));
    storage_rate(bench->store, &rating, on_answer, bench);
    loop_run(bench->loop);
    assert_int_equal(bench->answer.rated, STORAGE_RATED_AGAIN);
    assert_int_equal(bench->answers, 3);
}

static void store_has_a_limit_for_questions(void **state) {
    struct bench *bench = *state;
    open_store(bench);
    struct storage_ask *asks[STORAGE_ASKS_MAX];
    for (size_t i = 0; i < STORAGE_ASKS_MAX; i++) {
        asks[i] = storage_find_order(bench->store, "A-1001", on_answer, bench);
        assert_non_null(asks[i]);
    }
    assert_null(storage_find_order(bench->store, "A-1001", on_answer, bench));
    for (size_t i = 0; i < STORAGE_ASKS_MAX; i++) storage_ask_free(asks[i]);
    assert_non_null(storage_find_order(bench->store, "A-1001", on_answer, bench));
    loop_run(bench->loop);
    assert_int_equal(bench->answers, 1);
}

/* Somebody else holds the file, longer than anybody waits. */
static void store_keeps_records_until_it_can_write_them(void **state) {
    struct bench *bench = *state;
    static const char *const as_it_is[STORAGE_VERSION] = {"", ""};
    struct error err = {0};
    open_store(bench);
    struct sqlite *other = sqlite_open(bench->path, as_it_is, STORAGE_VERSION, &err);
    assert_non_null(other);
    assert_true(sqlite_begin(other, &err));
    for (unsigned i = 0; i < STORAGE_PENDING_MAX + 7; i++) keep(bench, i);
    assert_true(has(
        bench, "store_operations_total{operation=\"record\",result=\"dropped\"} 7\n"));
    await(bench, "store_operations_total{operation=\"record\",result=\"failed\"} 1\n");
    assert_true(has(bench, "agent_ready{check=\"store\"} 0\n"));
    /* Looking is still possible. */
    storage_find_order(bench->store, "A-1001", on_answer, bench);
    loop_run(bench->loop);
    assert_true(bench->answer.is_found);

    sqlite_rollback(other);
    sqlite_close(other);
    await(bench, "store_operations_total{operation=\"record\",result=\"ok\"} 1024\n");
    assert_true(has(bench, "agent_ready{check=\"store\"} 1\n"));
    assert_int_equal(count_jobs(bench), STORAGE_PENDING_MAX);
}

static void store_gets_over_a_file_that_is_none(void **state) {
    struct bench *bench = *state;
    test_folder_write(
        &bench->folder, "store.db",
        "This is a letter, and not at all a database, however long it may be: dear "
        "reader, there is nothing here for you to keep, and nothing to look up.");
    open_store(bench);
    assert_true(
        has(bench, "store_operations_total{operation=\"open\",result=\"failed\"} 1\n"));
    storage_find_order(bench->store, "A-1001", on_answer, bench);
    loop_run(bench->loop);
    assert_int_not_equal(bench->answer.error.code, ERROR_NONE);
    keep(bench, 1);
    await(bench, "store_operations_total{operation=\"record\",result=\"failed\"} 1\n");
    /* Somebody takes it away. */
    assert_int_equal(unlink(bench->path), 0);
    await(bench, "store_operations_total{operation=\"record\",result=\"ok\"} 1\n");
    assert_int_equal(count_jobs(bench), 1);
}

static void store_follows_its_path(void **state) {
    struct bench *bench = *state;
    open_store(bench);
    keep(bench, 1);
    await(bench, "store_operations_total{operation=\"record\",result=\"ok\"} 1\n");
    assert_int_equal(unlink(bench->path), 0);
    keep(bench, 2);
    await(bench, "store_operations_total{operation=\"record\",result=\"ok\"} 2\n");
    assert_int_equal(count_jobs(bench), 1);
    storage_find_order(bench->store, "A-1001", on_answer, bench);
    loop_run(bench->loop);
    assert_true(bench->answer.is_found);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            store_keeps_records_and_each_once, make_bench, clear_bench),
        cmocka_unit_test_setup_teardown(
            store_writes_what_waits_when_it_is_freed, make_bench, clear_bench),
        cmocka_unit_test_setup_teardown(
            store_answers_about_orders_and_ratings, make_bench, clear_bench),
        cmocka_unit_test_setup_teardown(
            store_has_a_limit_for_questions, make_bench, clear_bench),
        cmocka_unit_test_setup_teardown(
            store_keeps_records_until_it_can_write_them, make_bench, clear_bench),
        cmocka_unit_test_setup_teardown(
            store_gets_over_a_file_that_is_none, make_bench, clear_bench),
        cmocka_unit_test_setup_teardown(
            store_follows_its_path, make_bench, clear_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
