/* Answers that are given again to the same question. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { URL_SIZE = 2 * TEST_URL_SIZE, BODY_SIZE = 512, TTL_MS = 600000 };

static struct test_stack stack;

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "instant");
    const char *const args[] = {"--redis", stack.redis.url, "--cache-ttl", "10m", NULL};
    test_stack_serve(&stack, 0, "v1", args);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static void send(
    const char *path, const char *user, const char *message,
    const struct http_header *headers, struct test_reply *reply) {
    char body[BODY_SIZE];
    char url[URL_SIZE];
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, path));
    snprintf(
        body, sizeof body, "{\"user_id\":\"%s\",\"message\":\"%s\"}", user, message);
    struct test_request request = {.url = url, .body = body, .headers = headers};
    test_client_send(&stack.client, &request, reply);
}

/* Asks, and says what the cache did. */
static const char *ask(
    const char *user, const char *message, const struct http_header *headers) {
    static char use[TEST_HEADER_SIZE];
    struct test_reply reply;
    send("/chat", user, message, headers, &reply);
    const char *header = test_reply_header(&reply, "x-agent-cache");
    snprintf(use, sizeof use, "%s", header ? header : "");
    bool is_cached = strstr(buffer_string(&reply.body), "\"cached\":true") != NULL;
    if (reply.status == 200) assert_true(is_cached == (strcmp(use, "hit") == 0));
    test_reply_clear(&reply);
    return use;
}

static double model_calls(void) {
    double count = test_stack_metric(
        &stack, 0, "llm_requests_total{model=\"local-1\",status=\"success\"}");
    return isnan(count) ? 0 : count;
}

static double uses(const char *result) {
    char series[TEST_URL_SIZE];
    snprintf(
        series, sizeof series, "response_cache_requests_total{result=\"%s\"}", result);
    return test_stack_metric(&stack, 0, series);
}

static void the_same_question_is_answered_once(void **state) {
    (void)state;
    struct test_reply first;
    struct test_reply second;
    assert_true(uses("hit") == 0 && uses("miss") == 0 && uses("bypass") == 0);
    send("/chat", "ann", "Do you ship to Norway?", NULL, &first);
    assert_string_equal(test_reply_header(&first, "x-agent-cache"), "miss");
    double calls = model_calls();
    send("/chat", "bob", "Do you ship to Norway?", NULL, &second);
    assert_string_equal(test_reply_header(&second, "x-agent-cache"), "hit");
    assert_non_null(strstr(buffer_string(&second.body), "\"cached\":true"));
    assert_string_equal(test_reply_header(&second, "x-agent-input-tokens"), "0");
    assert_string_equal(test_reply_header(&second, "x-agent-output-tokens"), "0");
    assert_string_equal(test_reply_header(&second, "x-agent-cost-usd"), "0.000000");
    char answer[BODY_SIZE];
    snprintf(answer, sizeof answer, "%s", test_reply_text(&first, "$.response"));
    assert_string_equal(test_reply_text(&second, "$.response"), answer);
    assert_true(model_calls() == calls);
    assert_true(uses("hit") == 1 && uses("miss") == 1);
    test_reply_clear(&first);
    test_reply_clear(&second);
}

/* What was said before is a part of the question, and a hit is a part of it then. */
static void a_history_makes_another_question(void **state) {
    (void)state;
    assert_string_equal(ask("ann", "Do you ship to Norway?", NULL), "miss");
    assert_string_equal(ask("bob", "Do you ship to Norway?", NULL), "hit");
    assert_string_equal(ask("cyd", "My name is Cyd.", NULL), "miss");
    assert_string_equal(ask("cyd", "What is my name?", NULL), "miss");
    assert_string_equal(ask("dan", "What is my name?", NULL), "miss");
    assert_string_equal(ask("eve", "My name is Cyd.", NULL), "hit");
    struct test_reply reply;
    send("/chat", "eve", "What is my name?", NULL, &reply);
    assert_non_null(strstr(test_reply_text(&reply, "$.response"), "Cyd"));
    assert_string_equal(test_reply_header(&reply, "x-agent-cache"), "hit");
    test_reply_clear(&reply);
}

static void a_client_can_ask_past_the_cache(void **state) {
    (void)state;
    static const struct http_header renew[] = {{"Cache-Control", "no-cache"}, {0}};
    static const struct http_header avoid[] = {{"Cache-Control", "no-store"}, {0}};
    double bypasses = uses("bypass");
    assert_string_equal(ask("fay", "Thank you, that was all.", avoid), "bypass");
    assert_string_equal(ask("gus", "Thank you, that was all.", NULL), "miss");
    assert_string_equal(ask("hal", "Thank you, that was all.", renew), "bypass");
    assert_string_equal(ask("ida", "Thank you, that was all.", NULL), "hit");
    assert_string_equal(ask("jan", "When do you open?", renew), "bypass");
    assert_string_equal(ask("kit", "When do you open?", NULL), "hit");
    assert_true(uses("bypass") == bypasses + 3);
}

static void sums_are_repeated_with_their_calls(void **state) {
    (void)state;
    struct test_reply reply;
    assert_string_equal(ask("lea", "What is 12345 * 678?", NULL), "miss");
    send("/chat", "mia", "What is 12345 * 678?", NULL, &reply);
    assert_string_equal(test_reply_header(&reply, "x-agent-cache"), "hit");
    assert_string_equal(test_reply_text(&reply, "$.tool_calls[0].name"), "calculate");
    assert_non_null(strstr(test_reply_text(&reply, "$.response"), "8369910"));
    test_reply_clear(&reply);
}

static void what_went_wrong_is_not_repeated(void **state) {
    (void)state;
    static const char *const words[] = {
        "Please refuse this.", "Please run out of tokens.", "Please answer nonsense."};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char user[16];
        snprintf(user, sizeof user, "first-%zu", i);
        assert_string_equal(ask(user, words[i], NULL), "miss");
        snprintf(user, sizeof user, "second-%zu", i);
        assert_string_equal(ask(user, words[i], NULL), "miss");
    }
}

/* An order moves on, and so does the web. */
static void what_may_change_is_looked_up_again(void **state) {
    (void)state;
    static const char *const words[] = {
        "Where is my order A-1001?", "Please search the web for canary releases."};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char user[16];
        struct test_reply reply;
        snprintf(user, sizeof user, "early-%zu", i);
        send("/chat", user, words[i], NULL, &reply);
        assert_int_equal(reply.status, 200);
        assert_string_equal(
            test_reply_text(&reply, "$.tool_calls[0].name"),
            i == 0 ? "lookup_order" : "search_web");
        assert_string_equal(
            test_reply_text(&reply, "$.tool_calls[0].status"), "success");
        test_reply_clear(&reply);
        snprintf(user, sizeof user, "late-%zu", i);
        assert_string_equal(ask(user, words[i], NULL), "miss");
    }
}

static void a_stream_is_told_from_the_cache(void **state) {
    (void)state;
    struct test_reply reply;
    assert_string_equal(ask("ned", "What is 4321 * 77?", NULL), "miss");
    double calls = model_calls();
    send("/chat/stream", "ola", "What is 4321 * 77?", NULL, &reply);
    assert_int_equal(reply.status, 200);
    const char *events = buffer_string(&reply.body);
    const char *call = strstr(events, "event: tool_calls\n");
    const char *text = strstr(events, "event: text\n");
    const char *end = strstr(events, "event: message_stop\n");
    assert_true(call && text && end && call < text && text < end);
    assert_non_null(strstr(end, "\"cached\":true"));
    assert_non_null(strstr(text, "332717"));
    test_reply_clear(&reply);
    assert_true(model_calls() == calls);
}

static void a_worker_uses_the_cache_too(void **state) {
    (void)state;
    static const struct http_header later[] = {{"Prefer", "respond-async"}, {0}};
    const char *const args[] = {"--cache-ttl", "10m", NULL};
    struct test_reply reply;
    char url[URL_SIZE];
    test_stack_worker(&stack, 0, "v1", args);
    assert_string_equal(ask("pat", "Is the blue one back in stock?", NULL), "miss");
    send("/chat", "quy", "Is the blue one back in stock?", later, &reply);
    assert_int_equal(reply.status, 202);
    snprintf(
        url, sizeof url, "%s%s", test_stack_url(&stack, 0, "/chat/"),
        test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);
    assert_true(test_client_until(&stack.client, url, "$.status", "completed"));
    test_client_get(&stack.client, url, &reply);
    assert_non_null(strstr(buffer_string(&reply.body), "\"cached\":true"));
    test_reply_clear(&reply);
}

/* Everything in Redis may be anything. */
static void garbage_in_the_cache_is_a_miss(void **state) {
    (void)state;
    static const char *const spoil[] = {
        "eval",
        "for i, k in ipairs(redis.call('KEYS', 'cache:*')) do "
        "if i % 2 == 0 then redis.call('SET', k, '{\"response\":7}') "
        "else redis.call('DEL', k) redis.call('LPUSH', k, 'x') end end",
        "0", NULL};
    assert_string_equal(ask("ros", "Do you ship to Norway?", NULL), "hit");
    struct test_redis_answer answer = test_client_redis(
        &stack.client, stack.redis.url,
        "EVAL "
        "return#redis.call('KEYS','cache:*') 0");
    assert_true(answer.number > 2);
    assert_int_equal(test_redis_cli(&stack.redis, spoil), 0);
    assert_string_equal(ask("sam", "Do you ship to Norway?", NULL), "miss");
    assert_string_equal(ask("tom", "My name is Cyd.", NULL), "miss");
    assert_string_equal(ask("tim", "My name is Cyd.", NULL), "hit");
}

static void what_is_kept_has_its_end(void **state) {
    (void)state;
    static const char *const check[] = {
        "eval",
        "for _, k in ipairs(redis.call('KEYS', 'cache:*')) do local left = "
        "redis.call('PTTL', k) if redis.call('TYPE', k).ok == 'string' and left > 0 "
        "and "
        "left <= 600000 then redis.call('INCR', 'good') end end "
        "return redis.call('GET', 'good')",
        "0", NULL};
    assert_int_equal(test_redis_cli(&stack.redis, check), 0);
    struct test_redis_answer answer =
        test_client_redis(&stack.client, stack.redis.url, "GET good");
    assert_true(answer.text[0] > '0');
}

static void without_redis_the_model_is_asked(void **state) {
    (void)state;
    test_redis_kill(&stack.redis);
    assert_true(test_client_until(
        &stack.client, test_stack_url(&stack, 0, "/health/ready"), "$.status",
        "degraded"));
    assert_string_equal(ask("ulf", "Do you ship to Norway?", NULL), "bypass");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_question_is_answered_once),
        cmocka_unit_test(a_history_makes_another_question),
        cmocka_unit_test(a_client_can_ask_past_the_cache),
        cmocka_unit_test(sums_are_repeated_with_their_calls),
        cmocka_unit_test(what_went_wrong_is_not_repeated),
        cmocka_unit_test(what_may_change_is_looked_up_again),
        cmocka_unit_test(a_stream_is_told_from_the_cache),
        cmocka_unit_test(a_worker_uses_the_cache_too),
        cmocka_unit_test(garbage_in_the_cache_is_a_miss),
        cmocka_unit_test(what_is_kept_has_its_end),
        cmocka_unit_test(without_redis_the_model_is_asked),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
