/* The local model over HTTP: both APIs,
 * whole and streamed, and what goes wrong on demand. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

static struct test_stack stack;

static const char *const paths[] = {"/v1/messages", "/v1/chat/completions"};
enum { FORMATS = 2, MODES = 2, BODY_SIZE = 512 };

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "instant");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

/* Asks in that format; a reply that breaks off is one, too. */
static void ask(
    int format, bool is_streamed, const char *words, struct test_reply *reply) {
    static const struct http_header headers[] = {
        {"x-api-key", "k"},
        {"authorization", "Bearer k"},
        {"content-type", "application/json"},
        {0}};
    char body[BODY_SIZE];
    snprintf(
        body, sizeof body,
        "{\"model\":\"local-1\",\"max_tokens\":300,\"stream\":%s,\"messages\":"
        "[{\"role\":\"user\",\"content\":\"%s\"}]}",
        is_streamed ? "true" : "false", words);
    struct test_request request = {
        .url = test_stack_model_url(&stack, paths[format]),
        .body = body,
        .headers = headers};
    test_client_start(&stack.client, &request, reply);
    test_client_wait(&stack.client, reply);
}

static bool says(struct test_reply *reply, const char *words) {
    return strstr(buffer_string(&reply->body), words) != NULL;
}

static void model_answers_in_both_formats(void **state) {
    (void)state;
    static const char *const words[] = {
        "$.content[0].text", "$.choices[0].message.content"};
    static const char *const ends[] = {"event: message_stop\n", "data: [DONE]\n"};
    for (int format = 0; format < FORMATS; format++) {
        struct test_reply reply;
        ask(format, false, "What is 2 + 2?", &reply);
        assert_int_equal(reply.status, 200);
        assert_string_equal(test_reply_text(&reply, words[format]), "2 + 2 is 4.");
        assert_string_equal(
            test_reply_header(&reply, "content-type"), "application/json");
        test_reply_clear(&reply);

        ask(format, true, "What is 2 + 2?", &reply);
        assert_int_equal(reply.error, ERROR_NONE);
        assert_int_equal(reply.status, 200);
        assert_string_equal(
            test_reply_header(&reply, "content-type"), "text/event-stream");
        assert_true(says(&reply, ends[format]));
        test_reply_clear(&reply);
    }
}

static void model_refuses_in_the_words_of_the_format(void **state) {
    (void)state;
    static const char *const types[] = {
        "authentication_error", "invalid_request_error"};
    for (int format = 0; format < FORMATS; format++) {
        struct test_reply reply;
        const char *url = test_stack_model_url(&stack, paths[format]);
        test_client_post(&stack.client, url, "{}", &reply);
        assert_int_equal(reply.status, 401);
        assert_string_equal(test_reply_text(&reply, "$.error.type"), types[format]);
        test_reply_clear(&reply);

        test_client_get(&stack.client, url, &reply);
        assert_int_equal(reply.status, 405);
        assert_string_equal(test_reply_header(&reply, "allow"), "POST");
        test_reply_clear(&reply);

        ask(format, true, "", &reply);
        assert_int_equal(reply.status, 400);
        assert_string_equal(
            test_reply_text(&reply, "$.error.type"), "invalid_request_error");
        test_reply_clear(&reply);
    }
}

static void model_breaks_off_when_told_to(void **state) {
    (void)state;
    for (int format = 0; format < FORMATS; format++) {
        for (int mode = 0; mode < MODES; mode++) {
            struct test_reply reply;
            ask(format, mode == 1, "Please hang up half way.", &reply);
            assert_int_not_equal(reply.error, ERROR_NONE);
            assert_int_equal(reply.status, 200);
            test_reply_clear(&reply);
        }
    }
}

/* 8 bytes every 2.5 ms: a hundredth of the pause. */
static void model_drips_when_told_to(void **state) {
    (void)state;
    test_stack_fault(&stack, "{\"drip\":1,\"latency\":0.01}");
    for (int format = 0; format < FORMATS; format++) {
        for (int mode = 0; mode < MODES; mode++) {
            struct test_reply reply;
            ask(format, mode == 1, "What is 2 + 2?", &reply);
            assert_int_equal(reply.error, ERROR_NONE);
            assert_int_equal(reply.status, 200);
            assert_true(says(&reply, mode == 1 ? "data: " : "2 + 2 is 4."));
            uint64_t least_ns = (reply.body.length / 8 - 1) * 2 * NS_PER_MS;
            assert_in_range(reply.total_ns, least_ns, 30 * NS_PER_S);
            test_reply_clear(&reply);
        }
    }
    test_stack_fault(&stack, "{}");
}

static void model_limits_with_and_without_a_hint(void **state) {
    (void)state;
    for (int format = 0; format < FORMATS; format++) {
        struct test_reply reply;
        ask(format, true, "Please be rate limited.", &reply);
        assert_int_equal(reply.status, 429);
        assert_string_equal(test_reply_header(&reply, "retry-after"), "1");
        test_reply_clear(&reply);
        ask(format, true, "Please throttle this.", &reply);
        assert_int_equal(reply.status, 429);
        assert_null(test_reply_header(&reply, "retry-after"));
        test_reply_clear(&reply);
    }
}

static void model_fails_after_it_has_begun(void **state) {
    (void)state;
    for (int format = 0; format < FORMATS; format++) {
        struct test_reply reply;
        ask(format, true, "Please fail half way.", &reply);
        assert_int_equal(reply.error, ERROR_NONE);
        assert_int_equal(reply.status, 200);
        assert_true(says(&reply, "Overloaded"));
        assert_false(says(&reply, "message_stop") || says(&reply, "[DONE]"));
        test_reply_clear(&reply);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model_answers_in_both_formats),
        cmocka_unit_test(model_refuses_in_the_words_of_the_format),
        cmocka_unit_test(model_breaks_off_when_told_to),
        cmocka_unit_test(model_drips_when_told_to),
        cmocka_unit_test(model_limits_with_and_without_a_hint),
        cmocka_unit_test(model_fails_after_it_has_begun),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
