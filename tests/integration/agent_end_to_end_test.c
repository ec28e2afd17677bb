/* An agent from end to end, with everything real: Redis keeps what was said and what is
 * to be done, workers do it, SQLite knows the orders and what has ended. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "io/sqlite.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum {
    ID_SIZE = 32,
    PATH_SIZE = 64,
    URL_SIZE = 2 * TEST_URL_SIZE,
    TRIES = 500,
    BUSY_MS = 5000
};

static struct test_stack stack;
static char store[TEST_PATH_SIZE];

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "fixed:20ms");
    test_folder_path(&stack.folder, "store.db", store);
    const char *const more[] = {"--redis", stack.redis.url, "--store", store, NULL};
    test_stack_serve(&stack, 0, "v1", more);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static struct test_redis_answer redis(const char *command) {
    return test_client_redis(&stack.client, stack.redis.url, command);
}

static void start_worker(void) {
    const char *const more[] = {"--lease", "500ms", "--store", store, NULL};
    test_stack_worker(&stack, 0, "v1", more);
}

static void ask(
    const char *user, const char *words, const char *prefer, struct test_reply *reply) {
    char body[256];
    snprintf(body, sizeof body, "{\"user_id\":\"%s\",\"message\":\"%s\"}", user, words);
    const struct http_header headers[] = {{"Prefer", prefer}, {0}};
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"), .body = body, .headers = headers};
    test_client_send(&stack.client, &request, reply);
}

static void assert_says(const char *user, const char *words, const char *answer) {
    struct test_reply reply;
    ask(user, words, "wait=1", &reply);
    assert_int_equal(reply.status, 200);
    const char *response = test_reply_text(&reply, "$.response");
    if (!strstr(response, answer)) fail_msg("%s: %s", words, response);
    test_reply_clear(&reply);
}

static void submit(const char *user, const char *words, char id[ID_SIZE]) {
    struct test_reply reply;
    ask(user, words, "respond-async", &reply);
    assert_int_equal(reply.status, 202);
    snprintf(id, ID_SIZE, "%s", test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);
}

static const char *job_url(const char *id) {
    static char url[URL_SIZE];
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "/chat/%s", id);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, path));
    return url;
}

static void assert_job_says(const char *id, const char *answer) {
    struct test_reply reply;
    assert_true(test_client_until(&stack.client, job_url(id), "$.status", "completed"));
    test_client_get(&stack.client, job_url(id), &reply);
    const char *response = test_reply_text(&reply, "$.response");
    if (!strstr(response, answer)) fail_msg("%s: %s", id, response);
    test_reply_clear(&reply);
}

static void restart_redis(void) {
    char url[URL_SIZE];
    test_redis_kill(&stack.redis);
    test_redis_restart(&stack.redis);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, "/health"));
    assert_true(test_client_until(&stack.client, url, "$.checks.redis", "ok"));
}

static void a_conversation_persists(void **state) {
    (void)state;
    assert_says("user1", "My name is Alice", "Alice");
    assert_int_equal(redis("EXISTS conv:user1").number, 1);
    assert_true(redis("TTL conv:user1").number > 86000);
    restart_redis();
    assert_int_equal(redis("EXISTS conv:user1").number, 1);
    assert_says("user1", "What is my name?", "Alice");
    assert_says("user2", "What is my name?", "not told me");
    assert_int_equal(redis("LLEN conv:user1").number, 2);
}

/* What waits outlives Redis, and so does what was said before. */
static void a_job_goes_from_the_queue_to_a_worker_over_a_restart_of_redis(
    void **state) {
    (void)state;
    char first[ID_SIZE], second[ID_SIZE];
    submit("user3", "My name is Carol", first);
    submit("user4", "Calculate 12 * 12", second);
    restart_redis();
    assert_int_equal(redis("XLEN q:v1:3").number, 2);
    start_worker();
    assert_job_says(first, "Carol");
    assert_job_says(second, "144");
    assert_int_equal(redis("XLEN q:v1:3").number, 0);
    assert_int_equal(redis("EXISTS conv:user3").number, 1);
    restart_redis();
    assert_says("user3", "What is my name?", "Carol");
    submit("user3", "What is my name?", first);
    assert_job_says(first, "Carol");
    test_process_stop(&stack.workers[0]);
}

/* As the shop would, with a connection of its own. */
static void change_order(const char *words) {
    char sql[128];
    sqlite3 *file = NULL;
    assert_int_equal(sqlite3_open(store, &file), SQLITE_OK);
    sqlite3_busy_timeout(file, BUSY_MS);
    snprintf(sql, sizeof sql, "UPDATE orders SET items = '%s'", words);
    assert_int_equal(sqlite3_exec(file, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_true(sqlite3_changes(file) > 0);
    sqlite3_close(file);
}

/* The answer is in the file and nowhere else: what it says changes with it. */
static void an_order_is_looked_up_in_the_database(void **state) {
    (void)state;
    char id[ID_SIZE];
    change_order("1 sea horse");
    assert_says("user5", "Where is my order A-1001?", "1 sea horse");
    change_order("2 beach balls");
    start_worker();
    submit("user6", "Where is my order A-1001?", id);
    assert_job_says(id, "2 beach balls");
    assert_says("user5", "Where is my order Z-9999?", "Z-9999");
    test_process_stop(&stack.workers[0]);
}

static long long rows_of(const char *id) {
    struct error err = {0};
    long long count = -1;
    struct sqlite *file = sqlite_open_read_only(store, &err);
    if (!file) return -1;
    struct statement *rows =
        statement_new(file, "SELECT count(*) FROM jobs WHERE id = ?", &err);
    if (rows) {
        statement_bind_string(rows, 1, id);
        if (statement_next(rows, &err) == STATEMENT_ROW) {
            count = statement_int(rows, 0);
        }
    }
    statement_free(rows);
    sqlite_close(file);
    return count;
}

static void a_job_that_has_ended_is_in_the_database_once(void **state) {
    (void)state;
    char id[ID_SIZE];
    start_worker();
    submit("user7", "Hello", id);
    assert_job_says(id, "");
    for (unsigned i = 0; rows_of(id) != 1; i++) {
        assert_true(i < TRIES);
        test_client_breathe(&stack.client);
    }
    test_process_stop(&stack.workers[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_conversation_persists),
        cmocka_unit_test(a_job_goes_from_the_queue_to_a_worker_over_a_restart_of_redis),
        cmocka_unit_test(an_order_is_looked_up_in_the_database),
        cmocka_unit_test(a_job_that_has_ended_is_in_the_database_once),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
