/* The same request with the same Idempotency-Key is worked on once. */
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
#define CALLS   "llm_requests_total{model=\"local-1\",status=\"success\"}"

enum { ID_SIZE = 32, TWINS = 6 };

static struct test_stack stack;

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "fixed:40ms");
    const char *const more[] = {"--redis", stack.redis.url, "--queue-max", "3", NULL};
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

static void start(
    const char *key, const char *prefer, const char *body, struct test_reply *reply) {
    const struct http_header headers[] = {
        {"Idempotency-Key", key}, {"Prefer", prefer}, {0}};
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"), .body = body, .headers = headers};
    test_client_start(&stack.client, &request, reply);
}

static void chat(
    const char *key, const char *prefer, const char *body, struct test_reply *reply) {
    start(key, prefer, body, reply);
    test_client_wait(&stack.client, reply);
    assert_int_equal(reply->error, ERROR_NONE);
}

static void assert_outcome(
    const struct test_reply *reply, unsigned status, const char *idempotency) {
    const char *told = test_reply_header(reply, "x-agent-idempotency");
    assert_int_equal(reply->status, status);
    assert_string_equal(told ? told : "", idempotency);
}

static void a_queued_chat_is_queued_once(void **state) {
    (void)state;
    static const char body[] = "{\"user_id\":\"ann\",\"message\":\"What is 2 + 2?\"}";
    char id[ID_SIZE], path[ID_SIZE + 8], url[2 * TEST_URL_SIZE];
    struct test_reply reply;
    chat("k-1", "respond-async", body, &reply);
    assert_outcome(&reply, 202, "");
    snprintf(id, sizeof id, "%s", test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);

    chat("k-1", "respond-async", body, &reply);
    assert_outcome(&reply, 202, "replayed");
    assert_string_equal(test_reply_text(&reply, "$.job_id"), id);
    assert_string_equal(test_reply_text(&reply, "$.status"), "queued");
    assert_string_equal(test_reply_header(&reply, "location") + strlen("/chat/"), id);
    test_reply_clear(&reply);
    assert_int_equal(redis("XLEN q:v1:3").number, 1);

    /* Who waits hears where to look, and afterwards the answer itself. */
    chat("k-1", "wait=1", body, &reply);
    assert_outcome(&reply, 202, "replayed");
    test_reply_clear(&reply);
    test_stack_worker(&stack, 0, "v1", NULL);
    snprintf(path, sizeof path, "/chat/%s", id);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, path));
    assert_true(test_client_until(&stack.client, url, "$.status", "completed"));
    chat("k-1", "wait=1", body, &reply);
    assert_outcome(&reply, 200, "replayed");
    assert_string_equal(test_reply_text(&reply, "$.response"), "2 + 2 is 4.");
    assert_string_equal(test_reply_header(&reply, "x-agent-outcome"), "success");
    test_reply_clear(&reply);
    test_process_stop(&stack.workers[0]);
    assert_int_equal(redis("LLEN conv:ann").number, 1);

    char command[64];
    snprintf(command, sizeof command, "TTL job:%s", id);
    assert_true(redis(command).number > 86000);
}

static void a_chat_that_was_answered_is_not_asked_again(void **state) {
    (void)state;
    static const char body[] =
        "{\"user_id\":\"ben\",\"message\":\"Calculate 12 * 12\"}";
    struct test_reply first, again;
    chat("k-2", "wait=1", body, &first);
    assert_outcome(&first, 200, "");
    double calls = test_stack_metric(&stack, 0, CALLS);
    chat("k-2", "wait=1", body, &again);
    assert_outcome(&again, 200, "replayed");
    assert_true(test_stack_metric(&stack, 0, CALLS) <= calls);
    static const char *const same[] = {
        "$.response", "$.job_id", "$.outcome", "$.version", "$.tool_calls[0].output"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        char told[256];
        snprintf(told, sizeof told, "%s", test_reply_text(&first, same[i]));
        assert_string_equal(test_reply_text(&again, same[i]), told);
    }
    assert_true(
        test_reply_number(&again, "$.usage.input_tokens") ==
        test_reply_number(&first, "$.usage.input_tokens"));
    test_reply_clear(&first);
    test_reply_clear(&again);
    assert_int_equal(redis("LLEN conv:ben").number, 1);
    assert_true(
        test_stack_metric(&stack, 0, "agent_requests_total{status=\"replayed\"}") >= 1);
}

static void twins_that_come_together_are_one(void **state) {
    (void)state;
    static const char body[] = "{\"user_id\":\"cy\",\"message\":\"Hello\"}";
    struct test_reply replies[TWINS];
    unsigned answered = 0, pointed = 0;
    for (size_t i = 0; i < TWINS; i++) start("k-3", "wait=1", body, &replies[i]);
    for (size_t i = 0; i < TWINS; i++) {
        test_client_wait(&stack.client, &replies[i]);
        if (replies[i].status == 200) answered++;
        if (replies[i].status == 202) pointed++;
        test_reply_clear(&replies[i]);
    }
    assert_int_equal(answered + pointed, TWINS);
    assert_true(answered >= 1);
    assert_int_equal(redis("LLEN conv:cy").number, 1);
}

static void a_key_belongs_to_one_request_of_one_user(void **state) {
    (void)state;
    struct test_reply reply;
    chat("k-4", "wait=1", "{\"user_id\":\"dot\",\"message\":\"Hello\"}", &reply);
    assert_outcome(&reply, 200, "");
    test_reply_clear(&reply);
    static const char *const ways[] = {"wait=1", "respond-async"};
    for (size_t i = 0; i < 2; i++) {
        chat("k-4", ways[i], "{\"user_id\":\"dot\",\"message\":\"Bye\"}", &reply);
        assert_int_equal(reply.status, 422);
        assert_string_equal(
            test_reply_text(&reply, "$.error.code"), "idempotency_key_reused");
        test_reply_clear(&reply);
    }
    chat("k-4", "wait=1", "{\"user_id\":\"eve\",\"message\":\"Bye\"}", &reply);
    assert_outcome(&reply, 200, "");
    test_reply_clear(&reply);
    chat("no key", "wait=1", "{\"user_id\":\"eve\",\"message\":\"Bye\"}", &reply);
    assert_int_equal(reply.status, 400);
    test_reply_clear(&reply);
}

/* What failed may be tried again. */
static void a_chat_that_failed_frees_its_key(void **state) {
    (void)state;
    static const char body[] = "{\"user_id\":\"flo\",\"message\":\"answer nonsense\"}";
    struct test_reply reply;
    for (int i = 0; i < 2; i++) {
        chat("k-5", "wait=1", body, &reply);
        assert_outcome(&reply, 502, "");
        test_reply_clear(&reply);
    }
}

/* So may what nobody waited for to the end. */
static void a_client_that_leaves_frees_its_key(void **state) {
    (void)state;
    static const char body[] = "{\"user_id\":\"gil\",\"message\":\"never answer\"}";
    struct test_reply reply;
    start("k-6", "wait=60", body, &reply);
    while (redis("KEYS idem:*:k-6").number == 0) test_client_breathe(&stack.client);
    test_reply_clear(&reply);
    while (redis("KEYS idem:*:k-6").number > 0) test_client_breathe(&stack.client);
}

static void a_stream_says_that_it_ignores_the_key(void **state) {
    (void)state;
    struct test_reply reply;
    const struct http_header headers[] = {{"Idempotency-Key", "k-8"}, {0}};
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat/stream"),
        .body = "{\"user_id\":\"jo\",\"message\":\"Hello\"}",
        .headers = headers};
    test_client_send(&stack.client, &request, &reply);
    assert_outcome(&reply, 200, "ignored");
    test_reply_clear(&reply);
    assert_int_equal(redis("KEYS idem:*:k-8").number, 0);
}

static void a_full_queue_takes_no_key(void **state) {
    (void)state;
    char key[16], body[96];
    struct test_reply reply;
    for (int i = 0; i < 4; i++) {
        snprintf(key, sizeof key, "full-%d", i);
        snprintf(
            body, sizeof body, "{\"user_id\":\"hal\",\"message\":\"Hello %d\"}", i);
        chat(key, "respond-async", body, &reply);
        assert_int_equal(reply.status, i < 3 ? 202 : 503);
        test_reply_clear(&reply);
    }
    /* What was promised before is no new job. */
    chat(
        "full-0", "respond-async", "{\"user_id\":\"hal\",\"message\":\"Hello 0\"}",
        &reply);
    assert_outcome(&reply, 202, "replayed");
    test_reply_clear(&reply);
    assert_int_equal(redis("KEYS idem:*:full-3").number, 0);
}

static void without_redis_the_key_is_ignored_and_that_is_said(void **state) {
    (void)state;
    struct test_reply reply;
    char url[2 * TEST_URL_SIZE];
    test_redis_kill(&stack.redis);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, "/health"));
    assert_true(test_client_until(&stack.client, url, "$.status", "degraded"));
    static const char body[] = "{\"user_id\":\"ida\",\"message\":\"Hello\"}";
    chat("k-7", "wait=1", body, &reply);
    assert_outcome(&reply, 200, "ignored");
    test_reply_clear(&reply);
    chat("k-7", "respond-async", body, &reply);
    assert_outcome(&reply, 503, "");
    test_reply_clear(&reply);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_queued_chat_is_queued_once),
        cmocka_unit_test(a_chat_that_was_answered_is_not_asked_again),
        cmocka_unit_test(twins_that_come_together_are_one),
        cmocka_unit_test(a_key_belongs_to_one_request_of_one_user),
        cmocka_unit_test(a_chat_that_failed_frees_its_key),
        cmocka_unit_test(a_client_that_leaves_frees_its_key),
        cmocka_unit_test(a_stream_says_that_it_ignores_the_key),
        cmocka_unit_test(a_full_queue_takes_no_key),
        cmocka_unit_test(without_redis_the_key_is_ignored_and_that_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
