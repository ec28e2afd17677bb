/* What workers count outlives them. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { ID_SIZE = 32, PATH_SIZE = 64, JOBS = 24, TRIES = 500 };

#define TOKENS "llm_tokens_total{model=\"local-1\",token_type=\"input\"}"

static struct test_stack stack;
static const char *const quick_lease[] = {"--lease", "400ms", NULL};

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "fixed:20ms");
    const char *const more[] = {"--redis", stack.redis.url, NULL};
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

static void submit(const char *words, unsigned user, char id[ID_SIZE]) {
    static const struct http_header headers[] = {{"Prefer", "respond-async"}, {0}};
    char body[128];
    struct test_reply reply;
    snprintf(
        body, sizeof body, "{\"user_id\":\"counts-%u\",\"message\":\"%s\"}", user,
        words);
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"), .body = body, .headers = headers};
    test_client_send(&stack.client, &request, &reply);
    assert_int_equal(reply.status, 202);
    snprintf(id, ID_SIZE, "%s", test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);
}

static void assert_ends(const char *id, const char *status) {
    char path[PATH_SIZE], url[2 * TEST_URL_SIZE];
    snprintf(path, sizeof path, "/chat/%s", id);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, path));
    assert_true(test_client_until(&stack.client, url, "$.status", status));
}

static double tokens_of(const char *id) {
    char command[PATH_SIZE];
    snprintf(command, sizeof command, "HGET job:%s input_tokens", id);
    return strtod(redis(command).text, NULL);
}

static double metric(const char *series) {
    return test_stack_metric(&stack, 0, series);
}

/* Until the service has read it from Redis. */
static void assert_becomes(const char *series, double value) {
    double last = (double)NAN;
    for (unsigned i = 0; i < TRIES; i++) {
        last = metric(series);
        if (last == value) return;
        test_client_breathe(&stack.client);
    }
    fail_msg("%s is %g, not %g", series, last, value);
}

/* Every job's end was told before the job ended: a worker that is killed between jobs
 * takes nothing back, and the next one of its name adds to it. */
static void tokens_of_workers_that_died_stay_counted(void **state) {
    (void)state;
    char ids[JOBS][ID_SIZE];
    double tokens = 0;
    for (unsigned i = 0; i < JOBS; i++) {
        test_stack_worker(&stack, 0, "v1", quick_lease);
        submit("Calculate 12 * 12", i, ids[i]);
        assert_ends(ids[i], "completed");
        test_process_kill(&stack.workers[0]);
        tokens += tokens_of(ids[i]);
    }
    assert_true(tokens > 0);
    assert_becomes("workers_" TOKENS, tokens);
    assert_becomes("workers_agent_requests_total{status=\"success\"}", JOBS);
    assert_becomes(
        "workers_tool_calls_total{tool_name=\"calculate\",status=\"success\"}", JOBS);
    assert_becomes(
        "workers_llm_requests_total{model=\"local-1\",status=\"success\"}", 2 * JOBS);
    /* Nobody counts a job twice: the service has asked the model for nothing. */
    assert_true(metric(TOKENS) <= 0);
}

/* In the middle of a job the tokens of calls that were made are spent all the same. */
static void counts_never_go_back_while_workers_die_at_work(void **state) {
    (void)state;
    char ids[JOBS][ID_SIZE];
    double before = metric("workers_" TOKENS);
    double last = before;
    for (unsigned i = 0; i < JOBS; i++) submit("Calculate 3 * 41", 100 + i, ids[i]);
    test_stack_worker(&stack, 0, "v1", quick_lease);
    for (unsigned i = 0; i < JOBS; i++) {
        if (i % 4 == 3) {
            test_process_kill(&stack.workers[0]);
            test_stack_worker(&stack, 0, "v1", quick_lease);
        }
        assert_ends(ids[i], "completed");
        double now = metric("workers_" TOKENS);
        assert_true(now >= last);
        last = now;
    }
    test_process_stop(&stack.workers[0]);
    double least = before;
    for (unsigned i = 0; i < JOBS; i++) least += tokens_of(ids[i]);
    assert_true(least > before);
    for (unsigned i = 0; metric("workers_" TOKENS) < least; i++) {
        assert_true(i < TRIES);
        test_client_breathe(&stack.client);
    }
}

static void errors_are_counted_by_kind(void **state) {
    (void)state;
    char id[ID_SIZE];
    test_stack_worker(&stack, 0, "v1", quick_lease);
    submit("answer nonsense", 300, id);
    assert_ends(id, "failed");
    test_process_kill(&stack.workers[0]);
    assert_becomes("workers_agent_errors_total{error_type=\"model_protocol\"}", 1);
    assert_becomes("workers_agent_requests_total{status=\"error\"}", 1);
}

/* What somebody else wrote there is not shown;
 * a key of another kind holds up no job. */
static void odd_counts_hold_nothing_up(void **state) {
    (void)state;
    char id[ID_SIZE];
    redis("HSET counts:v1 nonsense_total{a=\"b\"} 5");
    redis("HSET counts:v1 queue_reclaimed_total x");
    redis("DEL counts:v1:worker-0");
    redis("SET counts:v1:worker-0 odd");
    test_stack_worker(&stack, 0, "v1", quick_lease);
    submit("Hello", 301, id);
    assert_ends(id, "completed");
    test_process_kill(&stack.workers[0]);
    assert_true(isnan(metric("workers_nonsense_total{a=\"b\"}")));
    assert_true(isnan(metric("workers_queue_reclaimed_total")));
}

static void what_runs_is_told(void **state) {
    (void)state;
    struct test_reply reply;
    test_client_get(&stack.client, test_stack_url(&stack, 0, "/metrics"), &reply);
    const char *line = strstr(buffer_string(&reply.body), "\nagent_build_info{");
    assert_non_null(line);
    static const char *const parts[] = {
        "{version=\"v1\",commit=\"", ",model=\"local-1\",mode=\"embedded\"} 1\n"};
    for (size_t i = 0; i < 2; i++) assert_non_null(strstr(line, parts[i]));
    assert_null(strstr(buffer_string(&reply.body), "counts-"));
    test_reply_clear(&reply);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_of_workers_that_died_stay_counted),
        cmocka_unit_test(counts_never_go_back_while_workers_die_at_work),
        cmocka_unit_test(errors_are_counted_by_kind),
        cmocka_unit_test(odd_counts_hold_nothing_up),
        cmocka_unit_test(what_runs_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
