/* Chats over HTTP against the real service, a real model server and a real Redis. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/exposition.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { LONG_BODY = 70 * 1024, DEEP = 10000, MUCH = 1024 * 1024, PAGE_MAX = 32 * 1024 };

static struct test_stack stack;

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "instant");
    const char *const redis[] = {"--redis", stack.redis.url, NULL};
    const char *const narrow[] = {"--redis", stack.redis.url, "--sync-max", "1", NULL};
    test_stack_serve(&stack, 0, "v1.5.0", redis);
    test_stack_serve(&stack, 1, "v1.6.0", narrow);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static void chat(unsigned index, const char *body, struct test_reply *reply) {
    test_client_post(
        &stack.client, test_stack_url(&stack, index, "/chat"), body, reply);
}

static void chat_answers_and_says_who_answered(void **state) {
    (void)state;
    struct test_reply reply;
    chat(0, "{\"user_id\":\"ada\",\"message\":\"What is 2 + 2?\"}", &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(test_reply_text(&reply, "$.response"), "2 + 2 is 4.");
    assert_string_equal(test_reply_text(&reply, "$.version"), "v1.5.0");
    assert_int_equal(strlen(test_reply_header(&reply, "x-job-id")), 26);
    assert_true(test_reply_number(&reply, "$.usage.input_tokens") > 0);
    assert_true(test_reply_number(&reply, "$.usage.output_tokens") > 0);
    assert_string_equal(test_reply_header(&reply, "x-agent-version"), "v1.5.0");
    assert_string_equal(test_reply_header(&reply, "x-agent-outcome"), "success");
    assert_non_null(test_reply_header(&reply, "x-agent-input-tokens"));
    assert_non_null(test_reply_header(&reply, "x-agent-output-tokens"));
    assert_non_null(test_reply_header(&reply, "x-agent-cost-usd"));
    assert_string_equal(
        test_reply_header(&reply, "x-request-id"), test_reply_text(&reply, "$.job_id"));
    assert_string_equal(test_reply_header(&reply, "content-type"), "application/json");
    test_reply_clear(&reply);
}

static void chat_uses_its_tool(void **state) {
    (void)state;
    struct test_reply reply;
    chat(
        0, "{\"user_id\":\"bob\",\"message\":\"Please calculate (3 + 4) * 5.5\"}",
        &reply);
    assert_string_equal(test_reply_text(&reply, "$.response"), "The result is 38.5.");
    assert_string_equal(
        test_reply_text(&reply, "$.tool_calls[0].input.expression"), "(3 + 4) * 5.5");
    assert_string_equal(test_reply_text(&reply, "$.tool_calls[0].output"), "38.5");
    test_reply_clear(&reply);

    /* A second question brings call and result along: the model matches them. */
    chat(0, "{\"user_id\":\"bob\",\"message\":\"And what is 1 + 1?\"}", &reply);
    assert_string_equal(test_reply_text(&reply, "$.response"), "1 + 1 is 2.");
    test_reply_clear(&reply);
    assert_true(
        test_stack_metric(
            &stack, 0,
            "tool_calls_total{tool_name=\"calculate\",status=\"success\"}") >= 1);
}

static void chat_remembers_what_was_said(void **state) {
    (void)state;
    struct test_reply reply;
    chat(0, "{\"user_id\":\"carol\",\"message\":\"My name is Carol.\"}", &reply);
    test_reply_clear(&reply);
    /* The other version reads the same history. */
    chat(1, "{\"user_id\":\"carol\",\"message\":\"What is my name?\"}", &reply);
    assert_string_equal(test_reply_text(&reply, "$.response"), "Your name is Carol.");
    test_reply_clear(&reply);
    struct test_redis_answer answer =
        test_client_redis(&stack.client, stack.redis.url, "LLEN conv:carol");
    assert_int_equal(answer.number, 2);
    chat(0, "{\"user_id\":\"dave\",\"message\":\"What is my name?\"}", &reply);
    assert_string_equal(
        test_reply_text(&reply, "$.response"), "You have not told me your name yet.");
    test_reply_clear(&reply);
}

static void chat_keeps_a_bounded_history(void **state) {
    (void)state;
    struct test_reply reply;
    for (int i = 0; i < 25; i++) {
        chat(0, "{\"user_id\":\"erin\",\"message\":\"Hello again\"}", &reply);
        assert_int_equal(reply.status, 200);
        test_reply_clear(&reply);
    }
    struct test_redis_answer answer =
        test_client_redis(&stack.client, stack.redis.url, "LLEN conv:erin");
    assert_int_equal(answer.number, 20);
    answer = test_client_redis(&stack.client, stack.redis.url, "TTL conv:erin");
    assert_in_range(answer.number, 80000, 86400);
}

static void chat_can_be_looked_up_afterwards(void **state) {
    (void)state;
    struct test_reply reply;
    char path[64];
    chat(0, "{\"user_id\":\"fay\",\"message\":\"What is 3 + 3?\"}", &reply);
    snprintf(path, sizeof path, "/chat/%s", test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);
    test_client_get(&stack.client, test_stack_url(&stack, 0, path), &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(test_reply_text(&reply, "$.status"), "completed");
    assert_string_equal(test_reply_text(&reply, "$.response"), "3 + 3 is 6.");
    test_reply_clear(&reply);
}

static void chat_takes_a_request_id_that_is_one(void **state) {
    (void)state;
    static const struct http_header good[] = {{"X-Request-Id", "trace-77"}, {0}};
    static const struct http_header bad[] = {{"X-Request-Id", "a b{}"}, {0}};
    struct test_reply reply;
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"),
        .body = "{\"user_id\":\"\"}",
        .headers = good};
    test_client_send(&stack.client, &request, &reply);
    assert_int_equal(reply.status, 400);
    assert_string_equal(test_reply_header(&reply, "x-request-id"), "trace-77");
    assert_string_equal(test_reply_text(&reply, "$.error.request_id"), "trace-77");
    test_reply_clear(&reply);
    request.headers = bad;
    test_client_send(&stack.client, &request, &reply);
    assert_int_equal(strlen(test_reply_header(&reply, "x-request-id")), 26);
    test_reply_clear(&reply);
}

static void chat_refuses_what_makes_no_sense(void **state) {
    (void)state;
    static const struct {
        const char *method, *path, *body;
        unsigned status;
        const char *code;
    } rows[] = {
        {"POST", "/chat", "", 400, "invalid_request"},
        {"POST", "/chat", "{", 400, "invalid_request"},
        {"POST", "/chat", "[]", 400, "invalid_request"},
        {"POST", "/chat", "{\"user_id\":\"a\"}", 400, "invalid_request"},
        {"POST", "/chat", "{\"user_id\":\"a\",\"message\":\"\xff\xfe\"}", 400,
         "invalid_request"},
        {"POST", "/chat", "{\"user_id\":\"a\",\"user_id\":\"b\",\"message\":\"m\"}",
         400, "invalid_request"},
        {"GET", "/chat", NULL, 405, "method_not_allowed"},
        {"DELETE", "/health", NULL, 405, "method_not_allowed"},
        {"GET", "/", NULL, 404, "not_found"},
        {"GET", "/chat/", NULL, 404, "not_found"},
        {"GET", "/chat/a/b", NULL, 404, "not_found"},
        {"GET", "/chat/nonsense", NULL, 404, "job_not_found"},
        {"GET", "/chat/01M853Y8AP8SXMVVQ7XYPSRWR0", NULL, 404, "job_not_found"},
        {"GET", "/metrics/", NULL, 404, "not_found"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct test_reply reply;
        struct test_request request = {
            .method = rows[i].method,
            .url = test_stack_url(&stack, 0, rows[i].path),
            .body = rows[i].body};
        test_client_send(&stack.client, &request, &reply);
        if (reply.status != rows[i].status) {
            print_error("%s %s: %u\n", rows[i].method, rows[i].path, reply.status);
        }
        assert_int_equal(reply.status, rows[i].status);
        assert_string_equal(test_reply_text(&reply, "$.error.code"), rows[i].code);
        assert_non_null(test_reply_header(&reply, "x-request-id"));
        test_reply_clear(&reply);
    }
}

static void send_filled(char c, size_t count, unsigned status, const char *code) {
    struct buffer body = {.limit = MUCH};
    struct test_reply reply;
    buffer_add_string(&body, "{\"user_id\":\"a\",\"message\":");
    for (size_t i = 0; i < count; i++) buffer_add_char(&body, c);
    buffer_add_char(&body, '}');
    chat(0, buffer_string(&body), &reply);
    assert_int_equal(reply.status, status);
    assert_string_equal(test_reply_text(&reply, "$.error.code"), code);
    test_reply_clear(&reply);
    buffer_clear(&body);
}

static void chat_refuses_what_is_too_much(void **state) {
    (void)state;
    send_filled('[', DEEP, 400, "invalid_request");
    send_filled('1', LONG_BODY, 413, "content_too_large");
    /* Within the limit of the body, past that of the message. */
    struct buffer words = {.limit = MUCH};
    struct test_reply reply;
    buffer_add_string(&words, "{\"user_id\":\"a\",\"message\":\"");
    for (int i = 0; i < 17 * 1024; i++) buffer_add_char(&words, 'x');
    buffer_add_string(&words, "\"}");
    chat(0, buffer_string(&words), &reply);
    assert_int_equal(reply.status, 413);
    assert_string_equal(test_reply_text(&reply, "$.error.code"), "invalid_request");
    test_reply_clear(&reply);
    buffer_clear(&words);
    chat(0, "{\"user_id\":\"a\",\"message\":\"What is 1 + 2?\"}", &reply);
    assert_int_equal(reply.status, 200);
    test_reply_clear(&reply);
}

static void chat_tells_how_the_model_failed(void **state) {
    (void)state;
    static const struct {
        const char *words;
        unsigned status;
        const char *code;
    } rows[] = {
        {"Please be overloaded.", 503, "model_overloaded"},
        {"Please be rate limited.", 503, "model_rate_limited"},
        {"Please answer nonsense.", 502, "model_protocol"},
        {"Please calculate forever.", 502, "tool_limit"},
        {"Please break down.", 502, "model_error"},
    };
    struct test_reply replies[sizeof rows / sizeof rows[0]];
    char bodies[sizeof rows / sizeof rows[0]][128];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(
            bodies[i], sizeof bodies[i], "{\"user_id\":\"u%zu\",\"message\":\"%s\"}", i,
            rows[i].words);
        struct test_request request = {
            .url = test_stack_url(&stack, 0, "/chat"), .body = bodies[i]};
        test_client_start(&stack.client, &request, &replies[i]);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        test_client_wait(&stack.client, &replies[i]);
        assert_int_equal(replies[i].status, rows[i].status);
        assert_string_equal(test_reply_text(&replies[i], "$.error.code"), rows[i].code);
        assert_string_equal(
            test_reply_header(&replies[i], "x-agent-outcome"), rows[i].code);
        assert_int_equal(
            test_reply_header(&replies[i], "retry-after") != NULL,
            rows[i].status == 503);
        test_reply_clear(&replies[i]);
    }
    assert_true(
        test_stack_metric(
            &stack, 0,
            "llm_retries_total{model=\"local-1\",reason=\"model_overloaded\"}") == 2);
    assert_true(
        test_stack_metric(&stack, 0, "agent_errors_total{error_type=\"tool_limit\"}") ==
        1);
    assert_true(
        test_stack_metric(&stack, 0, "agent_requests_total{status=\"error\"}") == 5);
}

static void chat_tells_an_answer_that_is_cut_from_a_refusal(void **state) {
    (void)state;
    struct test_reply reply;
    chat(0, "{\"user_id\":\"gus\",\"message\":\"run out of tokens\"}", &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(test_reply_text(&reply, "$.outcome"), "truncated");
    test_reply_clear(&reply);
    chat(0, "{\"user_id\":\"gus\",\"message\":\"refuse this\"}", &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(test_reply_text(&reply, "$.outcome"), "refused");
    test_reply_clear(&reply);
    struct test_redis_answer answer =
        test_client_redis(&stack.client, stack.redis.url, "LLEN conv:gus");
    assert_int_equal(answer.number, 1);
}

static void errors_are_listed_with_their_request(void **state) {
    (void)state;
    static const struct http_header headers[] = {{"X-Request-Id", "find-me"}, {0}};
    struct test_reply reply;
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"),
        .body = "{\"user_id\":\"secret-user\",\"message\":\"answer nonsense\"}",
        .headers = headers};
    test_client_send(&stack.client, &request, &reply);
    test_reply_clear(&reply);
    test_client_get(&stack.client, test_stack_url(&stack, 0, "/errors"), &reply);
    assert_string_equal(test_reply_text(&reply, "$.errors[0].request_id"), "find-me");
    assert_string_equal(test_reply_text(&reply, "$.errors[0].kind"), "model_protocol");
    assert_string_equal(test_reply_text(&reply, "$.errors[0].route"), "/chat");
    assert_true(test_reply_number(&reply, "$.errors[0].time_ms") > 1e12);
    assert_null(strstr(buffer_string(&reply.body), "secret-user"));
    test_reply_clear(&reply);
}

static void a_bad_version_fails_alone(void **state) {
    (void)state;
    struct test_reply reply;
    test_stack_fault(&stack, "{\"version\":\"v1.6.0\",\"malformed\":1}");
    chat(1, "{\"user_id\":\"h\",\"message\":\"What is 2 + 2?\"}", &reply);
    assert_int_equal(reply.status, 502);
    test_reply_clear(&reply);
    chat(0, "{\"user_id\":\"h\",\"message\":\"What is 2 + 2?\"}", &reply);
    assert_int_equal(reply.status, 200);
    test_reply_clear(&reply);
    test_stack_fault(&stack, "{\"version\":\"v1.6.0\"}");
    chat(1, "{\"user_id\":\"h\",\"message\":\"What is 2 + 2?\"}", &reply);
    assert_int_equal(reply.status, 200);
    test_reply_clear(&reply);
}

static void a_busy_service_puts_chats_into_the_queue(void **state) {
    (void)state;
    struct test_reply slow;
    struct test_reply second;
    struct test_request request = {
        .url = test_stack_url(&stack, 1, "/chat"),
        .body = "{\"user_id\":\"ivy\",\"message\":\"never answer\"}"};
    test_client_start(&stack.client, &request, &slow);
    while (!(test_stack_metric(&stack, 1, "agent_requests_active") >= 1)) {
        test_client_breathe(&stack.client);
    }
    chat(1, "{\"user_id\":\"ivy\",\"message\":\"What is 2 + 2?\"}", &second);
    assert_int_equal(second.status, 202);
    assert_string_equal(test_reply_text(&second, "$.status"), "queued");
    assert_non_null(test_reply_header(&second, "location"));
    test_reply_clear(&second);
    assert_true(test_stack_metric(&stack, 1, "agent_shed_total{reason=\"busy\"}") == 1);

    /* The client gives up: the work is dropped and counted. */
    test_reply_clear(&slow);
    while (test_stack_metric(&stack, 1, "agent_requests_active") > 0) {
        test_client_breathe(&stack.client);
    }
    assert_true(
        test_stack_metric(&stack, 1, "agent_requests_total{status=\"cancelled\"}") ==
        1);
}

static void the_metrics_can_be_read_by_anybody(void **state) {
    (void)state;
    static const char *const names[] = {
        "agent_requests_total",  "agent_request_duration_seconds_bucket",
        "agent_requests_active", "agent_build_info",
        "llm_requests_total",    "llm_tokens_total",
        "llm_cost_usd_total",    "process_resident_memory_bytes",
        "queue_depth",           "process_cpu_seconds_total"};
    struct test_reply page;
    while (isnan(test_stack_metric(&stack, 0, "queue_depth{priority=\"5\"}"))) {
        test_client_breathe(&stack.client);
    }
    test_client_get(&stack.client, test_stack_url(&stack, 0, "/metrics"), &page);
    assert_string_equal(
        test_reply_header(&page, "content-type"),
        "text/plain; version=0.0.4; charset=utf-8");
    bool found[sizeof names / sizeof names[0]] = {0};
    struct exposition reader = exposition_of(buffer_slice(&page.body));
    struct exposition_sample sample;
    while (exposition_next(&reader, &sample)) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            found[i] = found[i] || slice_equals(sample.name, names[i]);
        }
    }
    assert_int_equal(reader.bad_lines, 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) assert_true(found[i]);
    assert_null(strstr(buffer_string(&page.body), "user"));
    assert_true(page.body.length < PAGE_MAX);
    test_reply_clear(&page);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chat_answers_and_says_who_answered),
        cmocka_unit_test(chat_uses_its_tool),
        cmocka_unit_test(chat_remembers_what_was_said),
        cmocka_unit_test(chat_keeps_a_bounded_history),
        cmocka_unit_test(chat_can_be_looked_up_afterwards),
        cmocka_unit_test(chat_takes_a_request_id_that_is_one),
        cmocka_unit_test(chat_refuses_what_makes_no_sense),
        cmocka_unit_test(chat_refuses_what_is_too_much),
        cmocka_unit_test(chat_tells_how_the_model_failed),
        cmocka_unit_test(chat_tells_an_answer_that_is_cut_from_a_refusal),
        cmocka_unit_test(errors_are_listed_with_their_request),
        cmocka_unit_test(a_bad_version_fails_alone),
        cmocka_unit_test(a_busy_service_puts_chats_into_the_queue),
        cmocka_unit_test(the_metrics_can_be_read_by_anybody),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
