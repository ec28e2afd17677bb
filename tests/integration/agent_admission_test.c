/* Who is let in: the rate of a user, the time that a client gives, and a queue that is
 * too long for what it takes. */
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
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { URL_SIZE = 2 * TEST_URL_SIZE };

static const uint64_t patience_ns = 20 * NS_PER_S;
static struct test_stack stack;

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "fixed:5ms");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static void serve(const char *option, const char *value) {
    const char *const args[] = {"--redis", stack.redis.url, option, value, NULL};
    char url[URL_SIZE];
    test_stack_serve(&stack, 0, "v1", args);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, "/health"));
    assert_true(test_client_until(&stack.client, url, "$.status", "healthy"));
}

static void chat(
    const char *path, const struct http_header *headers, const char *body,
    struct test_reply *reply) {
    struct test_request request = {
        .url = test_stack_url(&stack, 0, path), .body = body, .headers = headers};
    test_client_send(&stack.client, &request, reply);
}

static void assert_refused(
    struct test_reply *reply, unsigned status, const char *code, long retry_most_s) {
    assert_int_equal(reply->status, status);
    assert_string_equal(test_reply_text(reply, "$.error.code"), code);
    const char *header = test_reply_header(reply, "retry-after");
    assert_non_null(header);
    assert_in_range(strtol(header, NULL, 10), 1, retry_most_s);
    test_reply_clear(reply);
}

static void a_user_who_asks_too_often_has_to_wait(void **state) {
    (void)state;
    static const char eve[] = "{\"user_id\":\"eve\",\"message\":\"Hello\"}";
    static const char fay[] = "{\"user_id\":\"fay\",\"message\":\"Hello\"}";
    static const char *const paths[] = {"/chat", "/chat/stream"};
    struct test_reply reply;
    serve("--user-rate", "1:3");
    for (int i = 0; i < 3; i++) {
        chat("/chat", NULL, eve, &reply);
        assert_int_equal(reply.status, 200);
        test_reply_clear(&reply);
    }
    /* On a slow machine one more may have flowed in meanwhile. */
    uint64_t since_ns = loop_clock_ns();
    chat("/chat", NULL, eve, &reply);
    while (reply.status == 200) {
        assert_true(loop_clock_ns() - since_ns < patience_ns);
        test_reply_clear(&reply);
        chat("/chat", NULL, eve, &reply);
    }
    assert_string_equal(
        test_reply_header(&reply, "x-agent-outcome"), "too_many_requests");
    assert_refused(&reply, 429, "too_many_requests", 1);
    for (int i = 0; i < 2; i++) {
        chat(paths[i], NULL, fay, &reply);
        assert_int_equal(reply.status, 200);
        test_reply_clear(&reply);
    }
    assert_true(
        test_stack_metric(&stack, 0, "agent_shed_total{reason=\"too_often\"}") == 1);
    assert_true(
        test_stack_metric(&stack, 0, "agent_requests_total{status=\"error\"}") == 0);
    test_process_stop(&stack.serves[0]);
}

static void users_may_be_let_in_as_they_come(void **state) {
    (void)state;
    serve("--user-rate", "off");
    for (int i = 0; i < 30; i++) {
        struct test_reply reply;
        chat("/chat", NULL, "{\"user_id\":\"gus\",\"message\":\"Hello\"}", &reply);
        assert_int_equal(reply.status, 200);
        test_reply_clear(&reply);
    }
    test_process_stop(&stack.serves[0]);
}

static void a_client_says_how_long_it_waits(void **state) {
    (void)state;
    static const char *const times[] = {"0.3", "300ms"};
    static const char *const nonsense[] = {"0", "-1", "soon", "1 2", "1e400"};
    struct test_reply reply;
    serve(NULL, NULL);
    for (size_t i = 0; i < 2; i++) {
        const struct http_header headers[] = {{"X-Request-Timeout", times[i]}, {0}};
        chat(
            "/chat", headers, "{\"user_id\":\"hal\",\"message\":\"never answer\"}",
            &reply);
        assert_int_equal(reply.status, 504);
        assert_true(reply.total_ns < 5 * NS_PER_S);
        test_reply_clear(&reply);
    }
    /* Whoever has so little patience says nothing about the model. */
    assert_true(
        test_stack_metric(&stack, 0, "circuit_breaker_failures_total{name=\"llm\"}") ==
        0);
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
        const struct http_header headers[] = {{"X-Request-Timeout", nonsense[i]}, {0}};
        chat("/chat", headers, "{\"user_id\":\"hal\",\"message\":\"Hello\"}", &reply);
        assert_int_equal(reply.status, 400);
        test_reply_clear(&reply);
    }
    test_process_stop(&stack.serves[0]);
}

/* Nobody works: the first job soon has waited for longer than the next one may. */
static void a_job_that_would_come_too_late_is_not_taken(void **state) {
    (void)state;
    static const struct http_header hasty[] = {
        {"Prefer", "respond-async"}, {"X-Request-Timeout", "1"}, {0}};
    static const struct http_header patient[] = {{"Prefer", "respond-async"}, {0}};
    static const char ida[] = "{\"user_id\":\"ida\",\"message\":\"Hello\"}";
    struct test_reply reply;
    serve(NULL, NULL);
    uint64_t since_ns = loop_clock_ns();
    chat("/chat", hasty, ida, &reply);
    assert_int_equal(reply.status, 202);
    while (reply.status == 202) {
        assert_true(loop_clock_ns() - since_ns < patience_ns);
        test_reply_clear(&reply);
        test_client_breathe(&stack.client);
        chat("/chat", hasty, ida, &reply);
    }
    assert_true(loop_clock_ns() - since_ns >= NS_PER_S);
    assert_refused(&reply, 503, "queue_slow", 20);
    assert_true(
        test_stack_metric(&stack, 0, "agent_shed_total{reason=\"queue_slow\"}") >= 1);
    chat("/chat", patient, ida, &reply);
    assert_int_equal(reply.status, 202);
    test_reply_clear(&reply);

    /* What has waited too long is dropped unasked, and the last one is answered. */
    test_stack_worker(&stack, 0, "v1", NULL);
    while (
        !(test_stack_metric(&stack, 0, "queue_completed_total{status=\"completed\"}") >=
          1)) {
        assert_true(loop_clock_ns() - since_ns < 2 * patience_ns);
        test_client_breathe(&stack.client);
    }
    test_process_stop(&stack.workers[0]);
    test_process_stop(&stack.serves[0]);
}

/* Nobody works: what is handed in stays. */
static void a_full_queue_takes_no_more_and_says_so(void **state) {
    (void)state;
    static const struct http_header later[] = {{"Prefer", "respond-async"}, {0}};
    static const char job[] = "{\"user_id\":\"zoe\",\"message\":\"Hello\"}";
    char url[URL_SIZE];
    struct test_reply reply;
    const char *const args[] = {"--redis", stack.redis.url, "--queue-max", "2", NULL};
    test_stack_serve(&stack, 0, "v2", args);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, "/health/ready"));
    assert_true(test_client_until(&stack.client, url, "$.checks.queue", "ok"));
    assert_true(test_client_until(&stack.client, url, "$.status", "ready"));
    for (unsigned i = 0; i < 2; i++) {
        chat("/chat", later, job, &reply);
        assert_int_equal(reply.status, 202);
        test_reply_clear(&reply);
    }
    chat("/chat", later, job, &reply);
    assert_refused(&reply, 503, "queue_full", 1);
    assert_true(
        test_stack_metric(&stack, 0, "agent_shed_total{reason=\"queue_full\"}") == 1);

    assert_true(test_client_until(
        &stack.client, url, "$.checks.queue",
        "degraded: full, 2 jobs have not finished"));
    assert_true(test_client_until(&stack.client, url, "$.status", "degraded"));
    assert_true(test_stack_metric(&stack, 0, "agent_ready{check=\"queue\"}") == 0);
    chat("/chat", NULL, job, &reply);
    assert_int_equal(reply.status, 200);
    test_reply_clear(&reply);

    test_stack_worker(&stack, 0, "v2", NULL);
    assert_true(test_client_until(&stack.client, url, "$.status", "ready"));
    assert_true(test_stack_metric(&stack, 0, "agent_ready{check=\"queue\"}") == 1);
    test_process_stop(&stack.workers[0]);
    test_process_stop(&stack.serves[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_who_asks_too_often_has_to_wait),
        cmocka_unit_test(users_may_be_let_in_as_they_come),
        cmocka_unit_test(a_client_says_how_long_it_waits),
        cmocka_unit_test(a_job_that_would_come_too_late_is_not_taken),
        cmocka_unit_test(a_full_queue_takes_no_more_and_says_so),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
