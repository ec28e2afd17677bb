/* What somebody else has written into Redis holds up nothing of the agent's own. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { ID_SIZE = 32, PATH_SIZE = 64 };

static struct test_stack stack;
static const char *const quick_lease[] = {"--lease", "400ms", NULL};

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "instant");
    const char *const redis[] = {"--redis", stack.redis.url, NULL};
    test_stack_serve(&stack, 0, "v1", redis);
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

static void chat(const char *body, bool later, struct test_reply *reply) {
    static const struct http_header headers[] = {{"Prefer", "respond-async"}, {0}};
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"),
        .body = body,
        .headers = later ? headers : NULL};
    test_client_send(&stack.client, &request, reply);
}

static void submit(const char *body, char id[ID_SIZE]) {
    struct test_reply reply;
    chat(body, true, &reply);
    assert_int_equal(reply.status, 202);
    snprintf(id, ID_SIZE, "%s", test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);
}

static void assert_becomes(const char *id, const char *status) {
    char path[PATH_SIZE], url[2 * TEST_URL_SIZE];
    snprintf(path, sizeof path, "/chat/%s", id);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, path));
    assert_true(test_client_until(&stack.client, url, "$.status", status));
}

/* Everything that waits is taken by a worker that will never be heard of again. */
static void take_by_a_ghost(void) {
    redis("XREADGROUP GROUP agent ghost COUNT 10 STREAMS q:v1:3 >");
}

static void a_job_of_another_kind_holds_no_other_up(void **state) {
    (void)state;
    char id[ID_SIZE];
    redis("XGROUP CREATE q:v1:3 agent 0 MKSTREAM");
    redis("SET job:odd x");
    redis("XADD q:v1:3 * job odd");
    redis("XADD q:v1:3 * x y");
    submit("{\"user_id\":\"ann\",\"message\":\"Hello\"}", id);
    take_by_a_ghost();
    test_stack_worker(&stack, 0, "v1", quick_lease);
    assert_becomes(id, "completed");
    assert_int_equal(redis("XLEN q:v1:3").number, 0);
    assert_string_equal(redis("GET job:odd").text, "x");
    test_process_stop(&stack.workers[0]);
}

static void a_job_without_its_fields_is_given_up(void **state) {
    (void)state;
    redis("HSET job:half status queued");
    redis("XADD q:v1:3 * job half");
    test_stack_worker(&stack, 0, "v1", quick_lease);
    while (redis("XLEN q:v1:3").number > 0) test_client_breathe(&stack.client);
    assert_string_equal(redis("HGET job:half outcome").text, "dead");
    assert_int_equal(redis("XLEN q:v1:dead").number, 1);
    test_process_stop(&stack.workers[0]);
    redis("DEL q:v1:dead");
}

static void a_conversation_of_another_kind_starts_anew(void **state) {
    (void)state;
    char id[ID_SIZE];
    struct test_reply reply;
    redis("SET conv:bob x");
    chat("{\"user_id\":\"bob\",\"message\":\"Hello\"}", false, &reply);
    assert_int_equal(reply.status, 200);
    test_reply_clear(&reply);
    while (redis("LLEN conv:bob").number != 1) test_client_breathe(&stack.client);

    redis("DEL conv:cy");
    redis("HSET conv:cy a b");
    test_stack_worker(&stack, 0, "v1", quick_lease);
    submit("{\"user_id\":\"cy\",\"message\":\"Hello\"}", id);
    assert_becomes(id, "completed");
    assert_int_equal(redis("LLEN conv:cy").number, 1);
    test_process_stop(&stack.workers[0]);
}

static void counters_of_another_kind_hold_nothing_up(void **state) {
    (void)state;
    char id[ID_SIZE];
    redis("SET stats:v1 x");
    redis("DEL jobs:finished");
    redis("SET jobs:finished x");
    redis("SET q:v1:dead x");
    submit("{\"user_id\":\"dot\",\"message\":\"Hello\"}", id);
    take_by_a_ghost();
    redis("HSET job:half status queued");
    redis("XADD q:v1:3 * job half");
    take_by_a_ghost();
    test_stack_worker(&stack, 0, "v1", quick_lease);
    assert_becomes(id, "completed");
    assert_int_equal(redis("LLEN conv:dot").number, 1);
    while (redis("XLEN q:v1:3").number > 0) test_client_breathe(&stack.client);
    test_process_stop(&stack.workers[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_of_another_kind_holds_no_other_up),
        cmocka_unit_test(a_job_without_its_fields_is_given_up),
        cmocka_unit_test(a_conversation_of_another_kind_starts_anew),
        cmocka_unit_test(counters_of_another_kind_hold_nothing_up),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
