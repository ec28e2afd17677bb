/* What the health of an agent says while Redis
 * is there and refuses to keep anything. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

static struct test_stack stack;

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "instant");
    const char *const serve[] = {"--redis", stack.redis.url, NULL};
    test_stack_serve(&stack, 0, "v1", serve);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static bool becomes(const char *json_path, const char *value) {
    char url[2 * TEST_URL_SIZE];
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, "/health/ready"));
    return test_client_until(&stack.client, url, json_path, value);
}

static void ask_redis(const char *a, const char *b, const char *c, const char *d) {
    const char *const args[] = {a, b, c, d, NULL};
    assert_int_equal(test_redis_cli(&stack.redis, args), 0);
}

/* A chat that is answered at once, or that becomes a job; its status. */
static unsigned chat(bool later) {
    static const struct http_header headers[] = {{"Prefer", "respond-async"}, {0}};
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"),
        .body = "{\"user_id\":\"kim\",\"message\":\"Hello\"}",
        .headers = later ? headers : NULL};
    struct test_reply reply;
    test_client_send(&stack.client, &request, &reply);
    unsigned status = reply.status;
    test_reply_clear(&reply);
    return status;
}

static void assert_check(const char *status, const char *check, const char *begin) {
    struct test_reply reply;
    test_client_get(&stack.client, test_stack_url(&stack, 0, "/health/ready"), &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(test_reply_text(&reply, "$.status"), status);
    const char *words = test_reply_text(&reply, check);
    assert_true(slice_starts_with(slice_of(words), begin));
    test_reply_clear(&reply);
}

/* Redis refuses jobs and records as `reason`, until the second of the two commands. */
static void refuse_and_recover(
    const char *const refuse[4], const char *const recover[4], const char *reason) {
    char queue[TEST_URL_SIZE], redis[TEST_URL_SIZE];
    snprintf(queue, sizeof queue, "degraded: jobs are refused: %s ", reason);
    snprintf(redis, sizeof redis, "degraded: chats are not recorded: %s ", reason);
    assert_true(becomes("$.status", "ready"));
    ask_redis(refuse[0], refuse[1], refuse[2], refuse[3]);
    assert_int_equal(chat(true), 503);
    assert_check("degraded", "$.checks.queue", queue);
    assert_check("degraded", "$.checks.redis", "ok");
    assert_int_equal(chat(false), 200);
    assert_check("degraded", "$.checks.redis", redis);
    assert_true(test_stack_metric(&stack, 0, "agent_ready{check=\"redis\"}") == 0);

    ask_redis(recover[0], recover[1], recover[2], recover[3]);
    assert_int_equal(chat(false), 200);
    assert_check("degraded", "$.checks.redis", "ok");
    assert_int_equal(chat(true), 202);
    assert_check("ready", "$.checks.queue", "ok");
}

static void a_redis_that_is_full_is_no_queue(void **state) {
    (void)state;
    static const char *const full[] = {"config", "set", "maxmemory", "1"};
    static const char *const room[] = {"config", "set", "maxmemory", "0"};
    refuse_and_recover(full, room, "OOM");
}

/* A replica of a server that is not there. */
static void a_redis_that_only_reads_is_no_queue(void **state) {
    (void)state;
    static const char *const replica[] = {"replicaof", "127.0.0.1", "1", NULL};
    static const char *const master[] = {"replicaof", "no", "one", NULL};
    refuse_and_recover(replica, master, "READONLY");
}

/* Seen without any chat, and so is its end. */
static void a_queue_of_another_kind_is_no_queue(void **state) {
    (void)state;
    assert_true(becomes("$.status", "ready"));
    ask_redis("rename", "q:v1:3", "kept", NULL);
    ask_redis("set", "q:v1:3", "odd", NULL);
    assert_true(becomes("$.status", "degraded"));
    assert_check("degraded", "$.checks.queue", "degraded: cannot be seen: WRONGTYPE ");
    ask_redis("rename", "kept", "q:v1:3", NULL);
    assert_true(becomes("$.status", "ready"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_redis_that_is_full_is_no_queue),
        cmocka_unit_test(a_redis_that_only_reads_is_no_queue),
        cmocka_unit_test(a_queue_of_another_kind_is_no_queue),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
