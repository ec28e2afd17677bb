/* Chats that are told while they go on, against the real service, model and Redis. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "io/json.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { TEXT_MAX = 8192, BODY_SIZE = 512, URL_SIZE = 2 * TEST_URL_SIZE };

static struct test_stack stack;

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "instant");
    const char *const redis[] = {"--redis", stack.redis.url, NULL};
    static const char *const narrow[] = {
        "--sync-max", "1", "--stream-ping", "50ms", "--chat-timeout", "1s", NULL};
    test_stack_serve(&stack, 0, "v1", redis);
    test_stack_serve(&stack, 1, "v2", narrow);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static void start(
    unsigned index, const char *user, const char *words, struct test_reply *reply) {
    static const struct http_header headers[] = {{"X-Request-Id", "mine"}, {0}};
    char body[BODY_SIZE];
    snprintf(body, sizeof body, "{\"user_id\":\"%s\",\"message\":\"%s\"}", user, words);
    struct test_request request = {
        .url = test_stack_url(&stack, index, "/chat/stream"),
        .body = body,
        .headers = headers};
    test_client_start(&stack.client, &request, reply);
}

static void ask(
    unsigned index, const char *user, const char *words, struct test_reply *reply) {
    start(index, user, words, reply);
    test_client_wait(&stack.client, reply);
    assert_int_equal(reply->error, ERROR_NONE);
}

/* The data of the nth event of that name, counted from 0; NULL when there is none. */
static struct document *event(struct test_reply *reply, const char *name, unsigned n) {
    char line[64];
    snprintf(line, sizeof line, "event: %s\ndata: ", name);
    const char *at = strstr(buffer_string(&reply->body), line);
    for (; at && n > 0; n--) at = strstr(at + 1, line);
    if (!at) return NULL;
    at += strlen(line);
    const char *end = strstr(at, "\n\n");
    assert_non_null(end);
    struct error err = {0};
    struct slice data = {.data = at, .length = (size_t)(end - at)};
    struct document *document = json_parse(data, &err);
    assert_non_null(document);
    return document;
}

static void copy_at(
    const struct document *document, const char *path, struct buffer *to) {
    const struct node *found = NULL;
    struct error err = {0};
    assert_non_null(document);
    assert_true(node_find(document_root(document), slice_of(path), &found, &err));
    if (found) buffer_add(to, found->string.data, found->string.length);
}

static void assert_event(
    struct test_reply *reply, const char *name, const char *path, const char *value) {
    struct buffer text = {.limit = TEXT_MAX};
    struct document *document = event(reply, name, 0);
    copy_at(document, path, &text);
    assert_string_equal(buffer_string(&text), value);
    document_free(document);
    buffer_clear(&text);
}

static void words_come_before_the_whole(void **state) {
    (void)state;
    struct test_reply reply;
    test_stack_fault(&stack, "{\"drip\":1,\"latency\":0.01}");
    ask(0, "ada", "Where is my parcel?", &reply);
    test_stack_fault(&stack, "{}");
    assert_int_equal(reply.status, 200);
    assert_string_equal(test_reply_header(&reply, "content-type"), "text/event-stream");
    assert_string_equal(test_reply_header(&reply, "x-request-id"), "mine");
    assert_string_equal(test_reply_header(&reply, "x-agent-version"), "v1");
    assert_string_equal(test_reply_header(&reply, "x-agent-outcome"), "streaming");
    assert_non_null(test_reply_header(&reply, "x-job-id"));
    struct buffer words = {.limit = TEXT_MAX};
    unsigned count = 0;
    struct document *piece;
    while ((piece = event(&reply, "text", count))) {
        copy_at(piece, "$.text", &words);
        document_free(piece);
        count++;
    }
    assert_true(count > 2);
    assert_event(&reply, "message_stop", "$.response", buffer_string(&words));
    assert_event(&reply, "message_stop", "$.outcome", "success");
    assert_event(&reply, "message_stop", "$.version", "v1");
    assert_null(event(&reply, "error", 0));
    buffer_clear(&words);

    /* The same record as of any chat. */
    struct document *last = event(&reply, "message_stop", 0);
    struct buffer path = {.limit = TEXT_MAX};
    buffer_add_string(&path, "/chat/");
    copy_at(last, "$.job_id", &path);
    document_free(last);
    test_reply_clear(&reply);
    test_client_get(
        &stack.client, test_stack_url(&stack, 0, buffer_string(&path)), &reply);
    assert_string_equal(test_reply_text(&reply, "$.status"), "completed");
    test_reply_clear(&reply);
    buffer_clear(&path);
}

static void what_was_streamed_is_remembered(void **state) {
    (void)state;
    struct test_reply reply;
    ask(0, "bob", "My name is Bob.", &reply);
    test_reply_clear(&reply);
    test_client_post(
        &stack.client, test_stack_url(&stack, 0, "/chat"),
        "{\"user_id\":\"bob\",\"message\":\"What is my name?\"}", &reply);
    assert_string_equal(test_reply_text(&reply, "$.response"), "Your name is Bob.");
    test_reply_clear(&reply);
}

static void tool_calls_are_told(void **state) {
    (void)state;
    struct test_reply reply;
    ask(0, "cid", "Please calculate (3 + 4) * 5.5", &reply);
    assert_event(
        &reply, "tool_calls", "$.tool_calls[0].input.expression", "(3 + 4) * 5.5");
    assert_event(&reply, "tool_calls", "$.tool_calls[0].output", "38.5");
    assert_null(event(&reply, "tool_calls", 1));
    const char *body = buffer_string(&reply.body);
    assert_true(strstr(body, "calculate that") < strstr(body, "event: tool_calls"));
    assert_true(strstr(body, "event: tool_calls") < strstr(body, "The result"));
    assert_event(&reply, "message_stop", "$.response", "The result is 38.5.");
    test_reply_clear(&reply);
}

static void a_failure_before_the_first_word_has_a_status(void **state) {
    (void)state;
    struct test_reply reply;
    test_stack_fault(&stack, "{\"throttled\":1}");
    ask(0, "dan", "Hello", &reply);
    test_stack_fault(&stack, "{}");
    assert_int_equal(reply.status, 503);
    assert_string_equal(test_reply_text(&reply, "$.error.code"), "model_rate_limited");
    assert_non_null(test_reply_header(&reply, "retry-after"));
    test_reply_clear(&reply);
}

static void a_failure_after_it_is_an_event(void **state) {
    (void)state;
    static const char *const words[] = {
        "Please fail half way.", "Please hang up half way."};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct test_reply reply;
        ask(0, "eve", words[i], &reply);
        assert_int_equal(reply.status, 200);
        assert_null(event(&reply, "message_stop", 0));
        assert_event(&reply, "error", "$.error.request_id", "mine");
        test_reply_clear(&reply);
    }
}

static void a_client_that_leaves_ends_the_call(void **state) {
    (void)state;
    struct test_reply reply;
    double before =
        test_stack_metric(&stack, 0, "agent_requests_total{status=\"cancelled\"}");
    test_stack_fault(&stack, "{\"drip\":1}");
    start(0, "fay", "Hello", &reply);
    while (test_stack_metric(&stack, 0, "agent_requests_active") < 1) {
        test_client_breathe(&stack.client);
    }
    test_reply_clear(&reply);
    while (test_stack_metric(&stack, 0, "agent_requests_total{status=\"cancelled\"}") <=
           before) {
        test_client_breathe(&stack.client);
    }
    assert_true(test_stack_metric(&stack, 0, "agent_requests_active") == 0);
    assert_true(
        test_stack_metric(
            &stack, 0,
            "agent_http_requests_total{route=\"/chat/stream\",code=\"499\"}") == 1);
    test_stack_fault(&stack, "{}");
}

/* Of the second service, which pings 20 times a second and waits a second at most. */
static void silence_is_filled_with_pings(void **state) {
    (void)state;
    struct test_reply reply;
    ask(1, "gus", "Please never answer.", &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(buffer_string(&reply.body), ": ping\n\n: ping\n\n"));
    assert_event(&reply, "error", "$.error.code", "timeout");
    test_reply_clear(&reply);
}

static void too_many_streams_are_refused(void **state) {
    (void)state;
    struct test_reply first;
    struct test_reply second;
    start(1, "hal", "Please never answer.", &first);
    while (test_stack_metric(&stack, 1, "agent_requests_active") < 1) {
        test_client_breathe(&stack.client);
    }
    ask(1, "ida", "Hello", &second);
    assert_int_equal(second.status, 503);
    assert_string_equal(test_reply_text(&second, "$.error.code"), "busy");
    assert_non_null(test_reply_header(&second, "retry-after"));
    test_reply_clear(&second);
    test_reply_clear(&first);
}

static void what_is_no_chat_is_refused(void **state) {
    (void)state;
    struct test_reply reply;
    const char *url = test_stack_url(&stack, 0, "/chat/stream");
    test_client_post(&stack.client, url, "{\"user_id\":\"ada\"}", &reply);
    assert_int_equal(reply.status, 400);
    assert_string_equal(test_reply_text(&reply, "$.error.code"), "invalid_request");
    test_reply_clear(&reply);
    test_client_get(&stack.client, url, &reply);
    assert_int_equal(reply.status, 405);
    assert_string_equal(test_reply_header(&reply, "allow"), "POST");
    test_reply_clear(&reply);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_come_before_the_whole),
        cmocka_unit_test(what_was_streamed_is_remembered),
        cmocka_unit_test(tool_calls_are_told),
        cmocka_unit_test(a_failure_before_the_first_word_has_a_status),
        cmocka_unit_test(a_failure_after_it_is_an_event),
        cmocka_unit_test(a_client_that_leaves_ends_the_call),
        cmocka_unit_test(silence_is_filled_with_pings),
        cmocka_unit_test(too_many_streams_are_refused),
        cmocka_unit_test(what_is_no_chat_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
