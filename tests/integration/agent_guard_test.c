/* What the agent does with a model that is unwell or has had enough:
 * the circuit opens and closes again, a rate limit holds
 * everybody back, and jobs wait instead of failing. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/units.h"
#include "io/loop.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum {
    ID_SIZE = 32,
    JOBS = 8,
    HANGING = 10,
    CLOCK_SLACK_MS = 50,
    URL_SIZE = 2 * TEST_URL_SIZE
};

static const struct http_header later[] = {{"Prefer", "respond-async"}, {0}};
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

static void serve(unsigned index, const char *option, const char *value) {
    const char *const args[] = {"--redis", stack.redis.url, option, value, NULL};
    char url[URL_SIZE];
    test_stack_serve(&stack, index, "v1", args);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, index, "/health"));
    assert_true(test_client_until(&stack.client, url, "$.status", "healthy"));
}

static void chat(
    unsigned index, const struct http_header *headers, const char *body,
    struct test_reply *reply) {
    struct test_request request = {
        .url = test_stack_url(&stack, index, "/chat"),
        .body = body,
        .headers = headers};
    test_client_send(&stack.client, &request, reply);
}

static double metric(const char *series) {
    return test_stack_metric(&stack, 0, series);
}

/* Asks Redis until the gate is closed, and when that was asked. */
static int64_t gate_left_ms(uint64_t *asked_ns) {
    uint64_t since_ns = loop_clock_ns();
    for (;;) {
        *asked_ns = loop_clock_ns();
        struct test_redis_answer left =
            test_client_redis(&stack.client, stack.redis.url, "PTTL llm:gate");
        assert_true(left.number <= 1001);
        if (left.number > 0) return left.number;
        assert_true(*asked_ns - since_ns < patience_ns);
        test_client_breathe(&stack.client);
    }
}

/* Until it is 1. */
static void wait_for_metric(unsigned index, const char *series) {
    uint64_t since_ns = loop_clock_ns();
    while (!(test_stack_metric(&stack, index, series) == 1)) {
        assert_true(loop_clock_ns() - since_ns < patience_ns);
        test_client_breathe(&stack.client);
    }
}

static void mend_model(void) {
    struct test_reply reply;
    struct test_request request = {
        .method = "DELETE", .url = test_stack_model_url(&stack, "/admin/faults")};
    test_client_send(&stack.client, &request, &reply);
    test_reply_clear(&reply);
}

/* A whole number of seconds from 1 to `most`. */
static void assert_retry_after(const struct test_reply *reply, long most) {
    const char *header = test_reply_header(reply, "retry-after");
    assert_non_null(header);
    assert_in_range(strtol(header, NULL, 10), 1, most);
}

static void assert_circuit_refuses(
    const char *path, const struct http_header *headers) {
    struct test_reply reply;
    struct test_request request = {
        .url = test_stack_url(&stack, 0, path),
        .body = "{\"user_id\":\"ann\",\"message\":\"Hello\"}",
        .headers = headers};
    test_client_send(&stack.client, &request, &reply);
    assert_int_equal(reply.status, 503);
    assert_string_equal(test_reply_text(&reply, "$.error.code"), "circuit_open");
    assert_retry_after(&reply, 6);
    assert_true(reply.total_ns < 2 * NS_PER_S);
    test_reply_clear(&reply);
}

/* The model says 529 five times: three times to the first chat, twice to the second. */
static void open_circuit(void) {
    test_stack_fault(&stack, "{\"overloaded\":1}");
    for (int i = 0; i < 2; i++) {
        struct test_reply reply;
        chat(0, NULL, "{\"user_id\":\"ann\",\"message\":\"Hello\"}", &reply);
        assert_int_equal(reply.status, 503);
        assert_string_equal(
            test_reply_text(&reply, "$.error.code"), "model_overloaded");
        assert_retry_after(&reply, 6);
        test_reply_clear(&reply);
    }
}

static void the_circuit_opens_and_closes_by_itself(void **state) {
    (void)state;
    static const char overloaded[] =
        "llm_requests_total{model=\"local-1\",status=\"model_overloaded\"}";
    char url[URL_SIZE];
    struct test_reply reply;
    serve(0, NULL, NULL);
    assert_true(metric("circuit_breaker_state{name=\"llm\",state=\"closed\"}") == 1);
    open_circuit();
    assert_true(metric("circuit_breaker_state{name=\"llm\",state=\"open\"}") == 1);
    assert_true(metric("circuit_breaker_state{name=\"llm\",state=\"closed\"}") == 0);
    assert_true(metric("circuit_breaker_trips_total{name=\"llm\"}") == 1);
    assert_true(metric("circuit_breaker_failures_total{name=\"llm\"}") == 5);
    /* Two retries of the first chat, and two of the second, one of which was barred. */
    assert_true(metric("retry_budget_balance") == 6);
    assert_true(metric(overloaded) == 2);
    assert_circuit_refuses("/chat", NULL);
    assert_circuit_refuses("/chat", later);
    assert_circuit_refuses("/chat/stream", NULL);
    assert_true(metric("agent_shed_total{reason=\"circuit_open\"}") == 1);
    assert_true(metric("circuit_breaker_rejected_total{name=\"llm\"}") >= 4);
    assert_true(metric(overloaded) == 2);
    test_client_get(&stack.client, test_stack_url(&stack, 0, "/health/ready"), &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(test_reply_text(&reply, "$.status"), "degraded");
    assert_memory_equal(test_reply_text(&reply, "$.checks.model"), "circuit open", 12);
    test_reply_clear(&reply);

    /* Nobody asks: it is its own time that ends. */
    mend_model();
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, "/health/ready"));
    assert_true(test_client_until(&stack.client, url, "$.status", "ready"));
    assert_true(metric("circuit_breaker_state{name=\"llm\",state=\"half_open\"}") == 1);
    for (int i = 0; i < 3; i++) {
        chat(0, NULL, "{\"user_id\":\"ann\",\"message\":\"Hello\"}", &reply);
        assert_int_equal(reply.status, 200);
        test_reply_clear(&reply);
    }
    assert_true(metric("circuit_breaker_state{name=\"llm\",state=\"closed\"}") == 1);
    assert_true(metric("circuit_breaker_trips_total{name=\"llm\"}") == 1);
    test_process_stop(&stack.serves[0]);
}

/* What one was told holds for all; the circuit is none the wiser. */
static void a_rate_limit_holds_everybody_back(void **state) {
    (void)state;
    struct test_reply limited;
    struct test_reply reply;
    serve(0, NULL, NULL);
    serve(1, NULL, NULL);
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"),
        .body = "{\"user_id\":\"ben\",\"message\":\"be rate limited\"}"};
    test_client_start(&stack.client, &request, &limited);
    uint64_t asked_ns = 0;
    int64_t left_ms = gate_left_ms(&asked_ns);
    chat(1, NULL, "{\"user_id\":\"ann\",\"message\":\"Hello\"}", &reply);
    assert_int_equal(reply.status, 200);
    test_reply_clear(&reply);
    uint64_t took_ms = (loop_clock_ns() - asked_ns) / NS_PER_MS;
    assert_true(took_ms + CLOCK_SLACK_MS >= (uint64_t)left_ms);
    assert_true(took_ms < patience_ns / NS_PER_MS);
    test_client_wait(&stack.client, &limited);
    assert_int_equal(limited.status, 503);
    assert_string_equal(
        test_reply_text(&limited, "$.error.code"), "model_rate_limited");
    assert_retry_after(&limited, 1);
    test_reply_clear(&limited);
    assert_true(metric("circuit_breaker_failures_total{name=\"llm\"}") == 0);
    test_process_stop(&stack.serves[0]);
    test_process_stop(&stack.serves[1]);
}

/* Somebody has closed it for longer than this chat has time. */
static void a_closed_gate_refuses_who_cannot_wait(void **state) {
    (void)state;
    struct test_reply reply;
    serve(0, "--chat-timeout", "3s");
    test_client_redis(&stack.client, stack.redis.url, "SET llm:gate 1 PX 30000");
    chat(0, NULL, "{\"user_id\":\"cy\",\"message\":\"Hello\"}", &reply);
    assert_int_equal(reply.status, 503);
    assert_string_equal(test_reply_text(&reply, "$.error.code"), "model_rate_limited");
    assert_retry_after(&reply, 30);
    assert_true(reply.total_ns < 2 * NS_PER_S);
    test_reply_clear(&reply);
    test_client_redis(&stack.client, stack.redis.url, "DEL llm:gate");
    test_process_stop(&stack.serves[0]);
}

static void submit(int number, char id[ID_SIZE]) {
    char body[64];
    struct test_reply reply;
    snprintf(
        body, sizeof body, "{\"user_id\":\"job-%d\",\"message\":\"Hello\"}", number);
    chat(0, later, body, &reply);
    assert_int_equal(reply.status, 202);
    snprintf(id, ID_SIZE, "%s", test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);
}

/* Four are in hand when it opens, four are not even taken; all of them wait. */
static void jobs_wait_for_the_circuit(void **state) {
    (void)state;
    char ids[JOBS][ID_SIZE];
    char port_file[TEST_PATH_SIZE];
    unsigned port = 0;
    serve(0, NULL, NULL);
    test_stack_fault(&stack, "{\"overloaded\":1}");
    for (int i = 0; i < JOBS; i++) submit(i, ids[i]);
    test_folder_path(&stack.folder, "worker.port", port_file);
    const char *const more[] = {
        "--listen", "127.0.0.1:0", "--port-file", port_file, NULL};
    test_stack_worker(&stack, 0, "v1", more);
    while ((port = test_read_port(port_file)) == 0) test_client_breathe(&stack.client);
    snprintf(stack.urls[1], sizeof stack.urls[1], "http://127.0.0.1:%u", port);
    wait_for_metric(1, "circuit_breaker_state{name=\"llm\",state=\"open\"}");
    mend_model();
    for (int i = 0; i < JOBS; i++) {
        char path[64];
        char url[URL_SIZE];
        snprintf(path, sizeof path, "/chat/%s", ids[i]);
        snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, path));
        assert_true(test_client_until(&stack.client, url, "$.status", "completed"));
    }
    test_process_stop(&stack.workers[0]);
    test_process_stop(&stack.serves[0]);
}

/* Five that wait for it in vain are enough: nobody else does. */
static void a_redis_that_hangs_is_left_alone(void **state) {
    (void)state;
    struct test_reply replies[HANGING];
    struct test_reply reply;
    char url[URL_SIZE];
    struct test_request request = {
        .body = "{\"user_id\":\"kim\",\"message\":\"My name is Kim.\"}"};
    serve(0, NULL, NULL);
    chat(0, NULL, request.body, &reply);
    assert_int_equal(reply.status, 200);
    test_reply_clear(&reply);
    kill(stack.redis.process.pid, SIGSTOP);
    request.url = test_stack_url(&stack, 0, "/chat");
    for (int i = 0; i < HANGING; i++) {
        test_client_start(&stack.client, &request, &replies[i]);
    }
    for (int i = 0; i < HANGING; i++) {
        test_client_wait(&stack.client, &replies[i]);
        assert_int_equal(replies[i].status, 200);
        test_reply_clear(&replies[i]);
    }
    assert_true(metric("circuit_breaker_trips_total{name=\"redis\"}") == 1);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, "/health/ready"));
    assert_true(test_client_until(&stack.client, url, "$.status", "degraded"));
    kill(stack.redis.process.pid, SIGCONT);
    assert_true(test_client_until(&stack.client, url, "$.status", "ready"));
    chat(0, NULL, "{\"user_id\":\"kim\",\"message\":\"What is my name?\"}", &reply);
    assert_string_equal(test_reply_text(&reply, "$.response"), "Your name is Kim.");
    test_reply_clear(&reply);
    test_process_stop(&stack.serves[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_circuit_opens_and_closes_by_itself),
        cmocka_unit_test(a_rate_limit_holds_everybody_back),
        cmocka_unit_test(a_closed_gate_refuses_who_cannot_wait),
        cmocka_unit_test(jobs_wait_for_the_circuit),
        cmocka_unit_test(a_redis_that_hangs_is_left_alone),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
