/* The longest answers that are taken from a model reach every client whole. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/model_answer.h"
#include "base/buffer.h"
#include "support/replayer.h"
#include "support/test_client.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { ANSWER_MAX = 4 * 1024 * 1024, LENGTH = MODEL_TEXT_MAX, EVENTS = 4, ESCAPED = 6 };

static struct test_stack stack;
static struct replayer replayer;

/* Control characters: the longest that an answer can become in JSON. */
static void add_words(struct buffer *body, int count) {
    for (int i = 0; i < count; i++) buffer_add_string(body, "\\u0001");
}

static void write_answer(struct buffer *body) {
    buffer_init(body, ANSWER_MAX);
    buffer_add_string(body, "{\"content\":[{\"type\":\"text\",\"text\":\"");
    add_words(body, LENGTH);
    buffer_add_string(
        body, "\"}],\"stop_reason\":\"end_turn\","
              "\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}");
}

static void write_stream(struct buffer *body) {
    static const char begin[] =
        "data: {\"type\":\"message_start\",\"message\":{\"role\":\"assistant\"}}\n\n"
        "data: {\"type\":\"content_block_start\",\"index\":0,"
        "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n";
    static const char end[] =
        "data: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
        "data: "
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n"
        "data: {\"type\":\"message_stop\"}\n\n";
    buffer_init(body, ANSWER_MAX);
    buffer_add_string(body, begin);
    for (int i = 0; i < EVENTS; i++) {
        buffer_add_string(
            body, "data: {\"type\":\"content_block_delta\",\"index\":0,"
                  "\"delta\":{\"type\":\"text_delta\",\"text\":\"");
        add_words(body, LENGTH / EVENTS);
        buffer_add_string(body, "\"}}\n\n");
    }
    buffer_add_string(body, end);
}

static int set_up(void **state) {
    (void)state;
    struct buffer answer, stream;
    write_answer(&answer);
    write_stream(&stream);
    struct replayed whole = {.type = "application/json", .body = buffer_slice(&answer)};
    struct replayed answers[] = {whole, whole, {.body = buffer_slice(&stream)}, whole};
    replayer_start(&replayer, answers, sizeof answers / sizeof answers[0]);
    buffer_clear(&answer);
    buffer_clear(&stream);
    test_stack_start(&stack, PROGRAM, "instant");
    const char *const serve[] = {
        "--model-url", replayer.url, "--redis", stack.redis.url, NULL};
    const char *const worker[] = {"--model-url", replayer.url, NULL};
    test_stack_serve(&stack, 0, "v1", serve);
    test_stack_worker(&stack, 0, "v1", worker);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    replayer_stop(&replayer);
    return 0;
}

static void a_whole_answer_is_sound_json(void **state) {
    (void)state;
    struct test_reply reply;
    test_client_post(
        &stack.client, test_stack_url(&stack, 0, "/chat"),
        "{\"user_id\":\"ada\",\"message\":\"Hello\"}", &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(reply.json);
    assert_true(reply.body.length > (size_t)ESCAPED * LENGTH);
    test_reply_clear(&reply);
}

static void a_job_tells_it_too(void **state) {
    (void)state;
    struct http_header headers[] = {{"Prefer", "respond-async"}, {0}};
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"),
        .body = "{\"user_id\":\"ada\",\"message\":\"Hello\"}",
        .headers = headers};
    struct test_reply reply;
    char path[TEST_URL_SIZE];
    test_client_send(&stack.client, &request, &reply);
    assert_int_equal(reply.status, 202);
    snprintf(path, sizeof path, "/chat/%s", test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);
    assert_true(test_client_until(
        &stack.client, test_stack_url(&stack, 0, path), "$.status", "completed"));
    test_client_get(&stack.client, test_stack_url(&stack, 0, path), &reply);
    assert_non_null(reply.json);
    assert_true(reply.body.length > (size_t)ESCAPED * LENGTH);
    test_reply_clear(&reply);
}

/* Of a model that streams, and of one that answers all at once in one long line. */
static void a_stream_has_its_end(void **state) {
    (void)state;
    struct test_reply reply;
    test_client_post(
        &stack.client, test_stack_url(&stack, 0, "/chat/stream"),
        "{\"user_id\":\"ada\",\"message\":\"Hello\"}", &reply);
    assert_int_equal(reply.status, 200);
    struct slice body = buffer_slice(&reply.body);
    assert_true(body.length > (size_t)ESCAPED * LENGTH * 2);
    buffer_add_char(&reply.body, '\0');
    assert_non_null(strstr(reply.body.data, "\n\nevent: message_stop\n"));
    assert_non_null(strstr(reply.body.data, "\"tool_calls\":[]}\n\n"));
    test_reply_clear(&reply);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_answer_is_sound_json),
        cmocka_unit_test(a_job_tells_it_too),
        cmocka_unit_test(a_stream_has_its_end),
        cmocka_unit_test(a_stream_has_its_end),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
