/* Both wire formats against the real local model: the same chats, one history. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "io/loop.h"
#include "support/replayer.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { MESSAGES, OPENAI };

static struct test_stack stack;

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "instant");
    const char *const messages[] = {"--redis", stack.redis.url, NULL};
    const char *const openai[] = {
        "--redis", stack.redis.url, "--model-api", "openai", NULL};
    test_stack_serve(&stack, MESSAGES, "v1", messages);
    test_stack_serve(&stack, OPENAI, "v2", openai);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static void expect(
    unsigned index, const char *user, const char *words, const char *answer) {
    char body[256];
    struct test_reply reply;
    snprintf(body, sizeof body, "{\"user_id\":\"%s\",\"message\":\"%s\"}", user, words);
    test_client_post(
        &stack.client, test_stack_url(&stack, index, "/chat"), body, &reply);
    if (reply.status != 200) fail_msg("%s", buffer_string(&reply.body));
    assert_string_equal(test_reply_text(&reply, "$.response"), answer);
    assert_true(test_reply_number(&reply, "$.usage.input_tokens") > 0);
    assert_true(test_reply_number(&reply, "$.usage.output_tokens") > 0);
    test_reply_clear(&reply);
}

static void fail_with(const char *words, unsigned status, const char *code) {
    char body[256];
    struct test_reply reply;
    snprintf(body, sizeof body, "{\"user_id\":\"f\",\"message\":\"%s\"}", words);
    test_client_post(
        &stack.client, test_stack_url(&stack, OPENAI, "/chat"), body, &reply);
    assert_int_equal(reply.status, status);
    assert_string_equal(test_reply_header(&reply, "x-agent-outcome"), code);
    test_reply_clear(&reply);
}

static void chat_completions_answer_and_use_tools(void **state) {
    (void)state;
    expect(OPENAI, "ada", "What is 2 + 2?", "2 + 2 is 4.");
    expect(OPENAI, "ada", "Please calculate (3 + 4) * 5.5", "The result is 38.5.");
    expect(OPENAI, "ada", "And what is 1 + 1?", "1 + 1 is 2.");
}

static void a_history_is_good_for_both_formats(void **state) {
    (void)state;
    expect(MESSAGES, "bob", "Please calculate (1 + 2) * 2.5", "The result is 7.5.");
    expect(OPENAI, "bob", "What is 3 + 3?", "3 + 3 is 6.");
    expect(OPENAI, "bob", "Please calculate (2 + 2) * 2.5", "The result is 10.");
    expect(MESSAGES, "bob", "What is 4 + 4?", "4 + 4 is 8.");
    struct test_redis_answer answer =
        test_client_redis(&stack.client, stack.redis.url, "LLEN conv:bob");
    assert_int_equal(answer.number, 4);
}

static void chat_completions_tell_how_they_ended(void **state) {
    (void)state;
    fail_with("refuse this", 200, "refused");
    fail_with("run out of tokens", 200, "truncated");
    fail_with("be overloaded", 503, "model_overloaded");
    fail_with("answer nonsense", 502, "model_protocol");
}

/* Any agent of a test that asks a peer of its own. */
static void serve_replayed(const struct replayer *replayer, const char *const *more) {
    char model_url[TEST_URL_SIZE];
    snprintf(model_url, sizeof model_url, "%s", stack.model_url);
    snprintf(stack.model_url, sizeof stack.model_url, "%s", replayer->url);
    test_process_stop(&stack.serves[OPENAI]);
    test_stack_serve(&stack, OPENAI, "v3", more);
    snprintf(stack.model_url, sizeof stack.model_url, "%s", model_url);
}

static void keys_go_where_the_format_wants_them(void **state) {
    (void)state;
    static const char body[] =
        "{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],"
        "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}";
    const struct replayed answer = {
        .type = "application/json", .body = slice_of(body), .chunked = true};
    struct replayer replayer;
    replayer_start(&replayer, &answer, 1);
    setenv("FLIGHTDECK_TEST_KEY", "sk-test-0123456789", 1);
    const char *const more[] = {
        "--model-api", "openai", "--api-key-env", "FLIGHTDECK_TEST_KEY", NULL};
    serve_replayed(&replayer, more);
    expect(OPENAI, "eve", "Hello", "Hi");
    assert_true(replayer_heard(&replayer, 0, "POST /v1/chat/completions "));
    assert_true(
        replayer_heard(&replayer, 0, "authorization: Bearer sk-test-0123456789"));
    assert_false(replayer_heard(&replayer, 0, "x-api-key"));
    unsetenv("FLIGHTDECK_TEST_KEY");
    replayer_stop(&replayer);
}

static void money_that_has_run_out_is_not_asked_for_again(void **state) {
    (void)state;
    static const char body[] =
        "{\"error\":{\"message\":\"Pay first\",\"type\":"
        "\"insufficient_quota\",\"code\":\"insufficient_quota\"}}";
    const struct replayed answer = {
        .status = 429,
        .type = "application/json",
        .body = slice_of(body),
        .chunked = true};
    struct replayer replayer;
    replayer_start(&replayer, &answer, 1);
    const char *const more[] = {"--model-api", "openai", NULL};
    serve_replayed(&replayer, more);
    fail_with("Hello", 503, "model_rate_limited");
    assert_int_equal(replayer_count(&replayer), 1);
    replayer_stop(&replayer);
}

static void the_retries_of_the_book_take_seven_seconds(void **state) {
    (void)state;
    const struct replayed answer = {
        .status = 529,
        .type = "application/json",
        .body = slice_of("{\"error\":{\"type\":\"overloaded_error\"}}"),
        .chunked = true};
    struct replayer replayer;
    replayer_start(&replayer, &answer, 1);
    const char *const more[] = {"--retry", "book", NULL};
    serve_replayed(&replayer, more);
    uint64_t started_ns = loop_clock_ns();
    fail_with("Hello", 503, "model_overloaded");
    assert_true(loop_clock_ns() - started_ns >= 7 * NS_PER_S);
    assert_int_equal(replayer_count(&replayer), 4);
    replayer_stop(&replayer);
}

static void retries_end_with_the_time_of_the_chat(void **state) {
    (void)state;
    const struct replayed answer = {
        .status = 529,
        .type = "application/json",
        .body = slice_of("{\"error\":{\"type\":\"overloaded_error\"}}"),
        .chunked = true};
    struct replayer replayer;
    replayer_start(&replayer, &answer, 1);
    const char *const more[] = {"--retry", "book", "--chat-timeout", "2s", NULL};
    serve_replayed(&replayer, more);
    fail_with("Hello", 503, "model_overloaded");
    assert_int_equal(replayer_count(&replayer), 2);
    replayer_stop(&replayer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chat_completions_answer_and_use_tools),
        cmocka_unit_test(a_history_is_good_for_both_formats),
        cmocka_unit_test(chat_completions_tell_how_they_ended),
        cmocka_unit_test(keys_go_where_the_format_wants_them),
        cmocka_unit_test(money_that_has_run_out_is_not_asked_for_again),
        cmocka_unit_test(the_retries_of_the_book_take_seven_seconds),
        cmocka_unit_test(retries_end_with_the_time_of_the_chat),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
