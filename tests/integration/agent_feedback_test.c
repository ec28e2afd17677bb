/* What the agent keeps in its store: jobs, ratings, orders; and a store that fails. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "io/sqlite.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { URL_SIZE = 2 * TEST_URL_SIZE, BODY_SIZE = 512, ID_SIZE = 64, EXIT_USAGE = 2 };

static struct test_stack stack;
static char store_path[TEST_PATH_SIZE];

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "instant");
    test_folder_path(&stack.folder, "store.db", store_path);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static void serve(unsigned index, const char *release, const char *store) {
    const char *const args[] = {
        "--redis", stack.redis.url, store ? "--store" : NULL, store, NULL};
    test_stack_serve(&stack, index, release, args);
}

static const char *url_of(unsigned index, const char *path) {
    return test_stack_url(&stack, index, path);
}

static void chat(unsigned index, const char *user, char id[ID_SIZE]) {
    char body[BODY_SIZE];
    struct test_reply reply;
    snprintf(
        body, sizeof body, "{\"user_id\":\"%s\",\"message\":\"What is 2 + 2?\"}", user);
    test_client_post(&stack.client, url_of(index, "/chat"), body, &reply);
    assert_int_equal(reply.status, 200);
    snprintf(id, ID_SIZE, "%s", test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);
}

/* Rates; the caller clears the reply. */
static void rate(
    unsigned index, const char *id, const char *rating, struct test_reply *reply) {
    char body[BODY_SIZE];
    snprintf(body, sizeof body, "{\"job_id\":\"%s\",\"rating\":%s}", id, rating);
    test_client_post(&stack.client, url_of(index, "/feedback"), body, reply);
}

static unsigned rate_status(unsigned index, const char *id, const char *rating) {
    struct test_reply reply;
    rate(index, id, rating, &reply);
    unsigned status = reply.status;
    test_reply_clear(&reply);
    return status;
}

static int64_t ask(const char *sql) {
    struct error err = {0};
    struct sqlite *sqlite = sqlite_open_read_only(store_path, &err);
    if (!sqlite) fail_msg("%s", err.message);
    struct statement *statement = statement_new(sqlite, sql, &err);
    if (!statement) fail_msg("%s", err.message);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    int64_t value = statement_int(statement, 0);
    statement_free(statement);
    sqlite_close(sqlite);
    return value;
}

static void until_asked(const char *sql, int64_t value) {
    for (int tries = 0; tries < 30000; tries++) {
        if (ask(sql) == value) return;
        test_client_breathe(&stack.client);
    }
    fail_msg("%s never was %d", sql, (int)value);
}

static void until_series(unsigned index, const char *series, double value) {
    for (int tries = 0; tries < 30000; tries++) {
        if (test_stack_metric(&stack, index, series) == value) return;
        test_client_breathe(&stack.client);
    }
    fail_msg("%s never was %g", series, value);
}

static void answers_are_rated_once_and_again(void **state) {
    (void)state;
    char id[ID_SIZE];
    struct test_reply reply;
    serve(0, "v1", store_path);
    serve(1, "v2", store_path);
    chat(0, "ann", id);
    rate(0, id, "4", &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(test_reply_text(&reply, "$.version"), "v1");
    assert_non_null(strstr(buffer_string(&reply.body), "\"replaced\":false"));
    test_reply_clear(&reply);
    /* By the other version's agent: it counts for the one that answered. */
    rate(1, id, "2", &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(test_reply_text(&reply, "$.version"), "v1");
    assert_non_null(strstr(buffer_string(&reply.body), "\"replaced\":true"));
    test_reply_clear(&reply);
    assert_int_equal(ask("SELECT sum(rating) FROM ratings"), 2);
    assert_true(
        test_stack_metric(
            &stack, 0, "agent_feedback_total{version=\"v1\",rating=\"4\"}") == 1);
    assert_true(
        test_stack_metric(
            &stack, 1, "agent_feedback_rating_sum_total{version=\"v1\"}") == 2);
    assert_true(
        test_stack_metric(&stack, 1, "agent_feedback_replaced_total{version=\"v1\"}") ==
        1);
}

static void orders_are_looked_up_in_the_store(void **state) {
    (void)state;
    static const char *const as_it_is[] = {"", ""};
    struct error err = {0};
    struct sqlite *sqlite = sqlite_open(store_path, as_it_is, 2, &err);
    assert_non_null(sqlite);
    assert_true(sqlite_run(
        sqlite, "UPDATE orders SET state='on a boat' WHERE id='A-1001'", &err));
    sqlite_close(sqlite);
    struct test_reply reply;
    test_client_post(
        &stack.client, url_of(0, "/chat"),
        "{\"user_id\":\"zoe\",\"message\":\"Where is my order A-1001?\"}", &reply);
    assert_int_equal(reply.status, 200);
    const char *output = test_reply_text(&reply, "$.tool_calls[0].output");
    assert_memory_equal(output, "Order A-1001: on a boat. ", 25);
    test_reply_clear(&reply);
    until_series(0, "store_operations_total{operation=\"order\",result=\"ok\"}", 1);
}

static void ratings_that_make_no_sense_are_refused(void **state) {
    (void)state;
    char id[ID_SIZE];
    chat(0, "bob", id);
    assert_int_equal(rate_status(0, id, "0"), 400);
    assert_int_equal(rate_status(0, id, "6"), 400);
    assert_int_equal(rate_status(0, id, "\"5\""), 400);
    assert_int_equal(rate_status(0, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "5"), 404);
    assert_int_equal(rate_status(0, "../../etc", "5"), 404);
    assert_int_equal(rate_status(0, "", "5"), 404);
}

static void jobs_of_workers_are_recorded(void **state) {
    (void)state;
    static const struct http_header later[] = {{"Prefer", "respond-async"}, {0}};
    const char *const args[] = {"--store", store_path, NULL};
    char url[URL_SIZE];
    char id[ID_SIZE];
    struct test_reply reply;
    snprintf(url, sizeof url, "%s", url_of(0, "/chat"));
    struct test_request request = {
        .url = url,
        .body = "{\"user_id\":\"cyd\",\"message\":\"What is 3 + 3?\"}",
        .headers = later};
    test_stack_worker(&stack, 0, "v1", args);
    test_client_send(&stack.client, &request, &reply);
    assert_int_equal(reply.status, 202);
    snprintf(id, sizeof id, "%s", test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);
    snprintf(url, sizeof url, "%s/chat/%s", url_of(0, ""), id);
    assert_true(test_client_until(&stack.client, url, "$.status", "completed"));
    char sql[BODY_SIZE];
    snprintf(
        sql, sizeof sql,
        "SELECT count(*) FROM jobs WHERE id='%s' AND mode='queue' AND version='v1'"
        " AND outcome='success' AND cost_usd IS NOT NULL",
        id);
    until_asked(sql, 1);
    until_asked("SELECT count(*) FROM jobs WHERE mode='sync'", 3);

    /* Without Redis the record is enough; who has none is unknown. */
    test_redis_kill(&stack.redis);
    assert_true(test_client_until(
        &stack.client, url_of(0, "/health/ready"), "$.status", "degraded"));
    assert_int_equal(rate_status(0, id, "5"), 200);
    assert_int_equal(rate_status(0, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "5"), 404);
    test_redis_restart(&stack.redis);
    assert_true(
        test_client_until(&stack.client, url_of(0, "/health"), "$.checks.redis", "ok"));
}

/* Taken again and again by workers that are never heard of again. */
static void a_job_that_nobody_survives_is_recorded(void **state) {
    (void)state;
    static const struct http_header later[] = {{"Prefer", "respond-async"}, {0}};
    const char *const args[] = {"--store", store_path, "--lease", "300ms", NULL};
    char url[URL_SIZE];
    char sql[BODY_SIZE];
    struct test_reply reply;
    test_process_kill(&stack.workers[0]);
    snprintf(url, sizeof url, "%s", url_of(0, "/chat"));
    struct test_request request = {
        .url = url,
        .body = "{\"user_id\":\"fay\",\"message\":\"Hello\"}",
        .headers = later};
    test_client_send(&stack.client, &request, &reply);
    assert_int_equal(reply.status, 202);
    snprintf(
        sql, sizeof sql,
        "SELECT count(*) FROM jobs WHERE id='%s' AND outcome='dead' AND attempts=4",
        test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);
    test_client_redis(
        &stack.client, stack.redis.url,
        "XREADGROUP GROUP agent ghost COUNT 10 STREAMS q:v1:3 >");
    for (int times = 0; times < 2; times++) {
        test_client_redis(
            &stack.client, stack.redis.url, "XAUTOCLAIM q:v1:3 agent ghost 0 0-0");
    }
    test_stack_worker(&stack, 0, "v1", args);
    until_asked(sql, 1);
}

static void without_a_store_nothing_is_rated(void **state) {
    (void)state;
    char id[ID_SIZE];
    test_process_kill(&stack.serves[1]);
    serve(1, "v2", NULL);
    chat(1, "dan", id);
    assert_int_equal(rate_status(1, id, "5"), 503);
}

static void a_store_that_is_none_fails_no_chat(void **state) {
    (void)state;
    char id[ID_SIZE];
    char path[TEST_PATH_SIZE];
    test_folder_write(
        &stack.folder, "bad.db",
        "This is a letter, and not at all a database, however long it may be: dear "
        "reader, there is nothing here for you to keep, and nothing to look up.");
    test_folder_path(&stack.folder, "bad.db", path);
    test_process_kill(&stack.serves[1]);
    serve(1, "v2", path);
    chat(1, "eve", id);
    until_series(1, "agent_ready{check=\"store\"}", 0);
    struct test_reply reply;
    test_client_get(&stack.client, url_of(1, "/health"), &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(test_reply_text(&reply, "$.status"), "degraded");
    assert_non_null(strstr(test_reply_text(&reply, "$.checks.store"), "down: "));
    test_reply_clear(&reply);
    until_series(1, "store_operations_total{operation=\"open\",result=\"failed\"}", 1);
    assert_int_equal(rate_status(1, id, "5"), 503);
    chat(1, "eve", id);
}

static void a_newer_store_is_refused(void **state) {
    (void)state;
    static const char *const newer[] = {"CREATE TABLE a(x)", "SELECT 1", "SELECT 2"};
    struct error err = {0};
    char path[TEST_PATH_SIZE];
    test_folder_path(&stack.folder, "newer.db", path);
    struct sqlite *sqlite = sqlite_open(path, newer, 3, &err);
    assert_non_null(sqlite);
    sqlite_close(sqlite);
    const char *const args[] = {"serve",   "--model-url", stack.model_url,
                                "--store", path,          NULL};
    assert_int_equal(test_stack_run(&stack, args), EXIT_USAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_rated_once_and_again),
        cmocka_unit_test(orders_are_looked_up_in_the_store),
        cmocka_unit_test(ratings_that_make_no_sense_are_refused),
        cmocka_unit_test(jobs_of_workers_are_recorded),
        cmocka_unit_test(a_job_that_nobody_survives_is_recorded),
        cmocka_unit_test(without_a_store_nothing_is_rated),
        cmocka_unit_test(a_store_that_is_none_fails_no_chat),
        cmocka_unit_test(a_newer_store_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
