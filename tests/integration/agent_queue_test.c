/* Jobs from the queue to their end, with workers that die on the way. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { ID_SIZE = 32, PATH_SIZE = 64, JOBS = 60, KILLS = 8, IDLE_TRIES = 500 };

static struct test_stack stack;
static const char *const quick_lease[] = {"--lease", "400ms", NULL};
static const char *const one_slot[] = {"--slots", "1", "--lease", "400ms", NULL};

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "fixed:60ms");
    const char *const redis[] = {"--redis", stack.redis.url, NULL};
    test_stack_serve(&stack, 0, "v1", redis);
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

static void submit(unsigned serve, const char *body, char id[ID_SIZE]) {
    static const struct http_header headers[] = {{"Prefer", "respond-async"}, {0}};
    struct test_reply reply;
    struct test_request request = {
        .url = test_stack_url(&stack, serve, "/chat"),
        .body = body,
        .headers = headers};
    test_client_send(&stack.client, &request, &reply);
    assert_int_equal(reply.status, 202);
    assert_string_equal(test_reply_header(&reply, "x-agent-outcome"), "accepted");
    snprintf(id, ID_SIZE, "%s", test_reply_text(&reply, "$.job_id"));
    assert_string_equal(test_reply_header(&reply, "x-job-id"), id);
    test_reply_clear(&reply);
}

static const char *job_url(const char *id) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "/chat/%s", id);
    return test_stack_url(&stack, 0, path);
}

static void assert_becomes(const char *id, const char *status) {
    char url[2 * TEST_URL_SIZE];
    snprintf(url, sizeof url, "%s", job_url(id));
    assert_true(test_client_until(&stack.client, url, "$.status", status));
}

static struct test_redis_answer field(const char *id, const char *name) {
    char command[128];
    snprintf(command, sizeof command, "HGET job:%s %s", id, name);
    return redis(command);
}

/* How often a job stands among the finished ones. */
static long long times_finished(const char *id) {
    static const char script[] =
        "local@n=0;for@_,e@in@ipairs(redis.call('XRANGE','jobs:finished','-','+'))do@"
        "for@i=1,#e[2],2@do@if@e[2][i]=='id'and@e[2][i+1]==ARGV[1]then@n=n+1@end@end@"
        "end@return@n";
    char command[512];
    snprintf(command, sizeof command, "EVAL %s 0 %s", script, id);
    /* A blank divides words; Lua takes a tab or a line end just as well. */
    for (char *at = command; *at; at++) {
        if (*at == '@') *at = '\n';
    }
    return redis(command).number;
}

/* A heartbeat that was on its way when the job ended says "busy" for one beat more. */
static void assert_soon_idle(const char *worker) {
    char command[64];
    struct text text = TEXT_IN(command);
    text_addf(&text, "HGET worker:%s state", worker);
    for (unsigned i = 0; i < IDLE_TRIES; i++) {
        if (strcmp(redis(command).text, "idle") == 0) return;
        test_client_breathe(&stack.client);
    }
    fail_msg("%s never said that it is idle", worker);
}

static void a_job_goes_from_the_queue_to_its_answer(void **state) {
    (void)state;
    char id[ID_SIZE];
    struct test_reply reply;
    submit(0, "{\"user_id\":\"ann\",\"message\":\"Calculate 12 * 12\"}", id);
    test_client_get(&stack.client, job_url(id), &reply);
    assert_string_equal(test_reply_text(&reply, "$.status"), "queued");
    test_reply_clear(&reply);

    test_stack_worker(&stack, 0, "v1", quick_lease);
    assert_becomes(id, "completed");
    test_client_get(&stack.client, job_url(id), &reply);
    assert_string_equal(test_reply_text(&reply, "$.response"), "The result is 144.");
    assert_string_equal(test_reply_text(&reply, "$.outcome"), "success");
    assert_string_equal(test_reply_text(&reply, "$.tool_calls[0].output"), "144");
    assert_true(test_reply_number(&reply, "$.usage.input_tokens") > 0);
    assert_true(
        test_reply_number(&reply, "$.finished_ms") >=
        test_reply_number(&reply, "$.submitted_ms"));
    test_reply_clear(&reply);
    assert_int_equal(redis("LLEN conv:ann").number, 1);
    assert_int_equal(redis("XLEN q:v1:3").number, 0);
    assert_int_equal(times_finished(id), 1);
    assert_string_equal(redis("HGET worker:worker-0 version").text, "v1");
    assert_soon_idle("worker-0");
    test_process_stop(&stack.workers[0]);
}

static void a_failed_job_says_why(void **state) {
    (void)state;
    char id[ID_SIZE];
    struct test_reply reply;
    test_stack_worker(&stack, 0, "v1", quick_lease);
    submit(0, "{\"user_id\":\"ben\",\"message\":\"answer nonsense\"}", id);
    assert_becomes(id, "failed");
    test_client_get(&stack.client, job_url(id), &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(test_reply_text(&reply, "$.error.code"), "model_protocol");
    test_reply_clear(&reply);
    assert_int_equal(redis("EXISTS conv:ben").number, 0);
    test_process_stop(&stack.workers[0]);
}

static void urgent_jobs_go_first(void **state) {
    (void)state;
    static const int priorities[] = {1, 3, 5};
    char ids[3][ID_SIZE];
    for (int i = 0; i < 3; i++) {
        char body[128];
        snprintf(
            body, sizeof body,
            "{\"user_id\":\"cy\",\"message\":\"Hello\",\"priority\":%d}",
            priorities[i]);
        submit(0, body, ids[i]);
    }
    test_stack_worker(&stack, 0, "v1", one_slot);
    for (int i = 0; i < 3; i++) assert_becomes(ids[i], "completed");
    char times[3][32];
    for (int i = 0; i < 3; i++) {
        snprintf(times[i], sizeof times[i], "%s", field(ids[i], "started_ms").text);
    }
    assert_true(strcmp(times[2], times[1]) < 0);
    assert_true(strcmp(times[1], times[0]) < 0);
    test_process_stop(&stack.workers[0]);
}

static void a_version_works_on_its_own_jobs_only(void **state) {
    (void)state;
    char id[ID_SIZE];
    char other[ID_SIZE];
    const char *const arguments[] = {"--redis", stack.redis.url, NULL};
    test_stack_serve(&stack, 1, "v2", arguments);
    test_stack_worker(&stack, 0, "v2", quick_lease);
    submit(0, "{\"user_id\":\"di\",\"message\":\"Hello\"}", id);
    submit(1, "{\"user_id\":\"di\",\"message\":\"Hello\"}", other);
    assert_becomes(other, "completed");
    assert_string_equal(field(id, "status").text, "queued");
    assert_string_equal(field(other, "version").text, "v2");
    test_process_stop(&stack.workers[0]);
    test_process_stop(&stack.serves[1]);
    test_stack_worker(&stack, 0, "v1", quick_lease);
    assert_becomes(id, "completed");
    test_process_stop(&stack.workers[0]);
}

static void a_job_outlives_its_worker(void **state) {
    (void)state;
    char id[ID_SIZE];
    test_stack_worker(&stack, 0, "v1", quick_lease);
    submit(0, "{\"user_id\":\"eve\",\"message\":\"take your time\"}", id);
    assert_becomes(id, "running");
    test_process_kill(&stack.workers[0]);
    test_stack_worker(&stack, 1, "v1", quick_lease);
    assert_becomes(id, "completed");
    assert_string_equal(field(id, "attempts").text, "2");
    assert_string_equal(field(id, "worker").text, "worker-1");
    assert_int_equal(times_finished(id), 1);
    assert_int_equal(redis("LLEN conv:eve").number, 1);
    assert_int_equal(redis("XLEN q:v1:3").number, 0);
    test_process_stop(&stack.workers[1]);
}

/* A worker that is stopped for longer than its lease, and wakes up again, must not
 * complete what somebody else has completed. */
static void a_worker_that_comes_back_too_late_changes_nothing(void **state) {
    (void)state;
    char id[ID_SIZE];
    test_stack_worker(&stack, 0, "v1", quick_lease);
    submit(0, "{\"user_id\":\"flo\",\"message\":\"take your time\"}", id);
    assert_becomes(id, "running");
    kill(stack.workers[0].pid, SIGSTOP);
    test_stack_worker(&stack, 1, "v1", quick_lease);
    assert_becomes(id, "completed");
    kill(stack.workers[0].pid, SIGCONT);

    /* It takes a new job only after it has dealt with the old one. */
    test_process_stop(&stack.workers[1]);
    char next[ID_SIZE];
    submit(0, "{\"user_id\":\"flo\",\"message\":\"Hello\"}", next);
    assert_becomes(next, "completed");
    assert_int_equal(times_finished(id), 1);
    assert_string_equal(field(id, "worker").text, "worker-1");
    assert_int_equal(redis("LLEN conv:flo").number, 2);
    test_process_stop(&stack.workers[0]);
}

static void a_job_that_nobody_survives_is_given_up(void **state) {
    (void)state;
    char id[ID_SIZE];
    char deliveries[] = "1";
    submit(0, "{\"user_id\":\"gil\",\"message\":\"never answer\"}", id);
    for (int i = 0; i < 3; i++) {
        test_stack_worker(&stack, 0, "v1", quick_lease);
        while (strcmp(field(id, "attempts").text, deliveries) != 0) {
            test_client_breathe(&stack.client);
        }
        test_process_kill(&stack.workers[0]);
        deliveries[0]++;
    }
    test_stack_worker(&stack, 0, "v1", quick_lease);
    assert_becomes(id, "failed");
    assert_string_equal(field(id, "outcome").text, "dead");
    assert_int_equal(redis("XLEN q:v1:dead").number, 1);
    assert_int_equal(redis("XLEN q:v1:3").number, 0);
    assert_int_equal(times_finished(id), 1);
    test_process_stop(&stack.workers[0]);
}

static void a_job_whose_time_is_over_is_not_worked_on(void **state) {
    (void)state;
    char id[ID_SIZE];
    const char *const arguments[] = {
        "--redis", stack.redis.url, "--job-timeout", "1ms", NULL};
    test_stack_serve(&stack, 1, "v3", arguments);
    submit(1, "{\"user_id\":\"hal\",\"message\":\"Hello\"}", id);
    test_client_breathe(&stack.client);
    test_stack_worker(&stack, 0, "v3", quick_lease);
    assert_becomes(id, "failed");
    assert_string_equal(field(id, "outcome").text, "expired");
    test_process_stop(&stack.workers[0]);
    test_process_stop(&stack.serves[1]);
}

static void submit_many(char ids[JOBS][ID_SIZE]) {
    for (int i = 0; i < JOBS; i++) {
        char body[128];
        snprintf(
            body, sizeof body,
            "{\"user_id\":\"many-%d\",\"message\":\"What is %d * 7?\"}", i, i);
        submit(0, body, ids[i]);
    }
}

/* Only a worker with something in hand is worth killing. */
static void kill_at_work(unsigned victim) {
    char command[64];
    snprintf(command, sizeof command, "HGET worker:worker-%u state", victim);
    for (int looks = 0; looks < 300; looks++) {
        if (strcmp(redis(command).text, "busy") == 0) break;
        test_client_breathe(&stack.client);
    }
    test_process_kill(&stack.workers[victim]);
}

static void workers_that_are_killed_lose_no_job_and_repeat_none(void **state) {
    (void)state;
    char ids[JOBS][ID_SIZE];
    test_stack_worker(&stack, 0, "v1", quick_lease);
    test_stack_worker(&stack, 1, "v1", quick_lease);
    submit_many(ids);
    for (unsigned i = 0; i < KILLS; i++) {
        kill_at_work(i % 2);
        test_stack_worker(&stack, i % 2, "v1", quick_lease);
    }
    for (int i = 0; i < JOBS; i++) {
        char command[64];
        assert_becomes(ids[i], "completed");
        assert_int_equal(times_finished(ids[i]), 1);
        snprintf(command, sizeof command, "LLEN conv:many-%d", i);
        assert_int_equal(redis(command).number, 1);
    }
    assert_int_equal(redis("XLEN q:v1:3").number, 0);
    test_process_stop(&stack.workers[0]);
    test_process_stop(&stack.workers[1]);
}

static void a_worker_finishes_what_it_has_before_it_ends(void **state) {
    (void)state;
    char id[ID_SIZE];
    test_stack_worker(&stack, 0, "v1", NULL);
    submit(0, "{\"user_id\":\"jo\",\"message\":\"take your time\"}", id);
    assert_becomes(id, "running");
    assert_string_equal(redis("HGET worker:worker-0 job").text, id);
    test_process_stop(&stack.workers[0]);
    assert_string_equal(field(id, "status").text, "completed");
    assert_string_equal(field(id, "attempts").text, "1");
}

/* The consumers of one stream. */
static long long consumers(void) {
    return redis("XINFO CONSUMERS q:v4:3 agent").number;
}

static void a_worker_says_goodbye_and_one_that_is_killed_does_not(void **state) {
    (void)state;
    test_stack_worker(&stack, 0, "v4", NULL);
    test_stack_worker(&stack, 1, "v4", NULL);
    while (redis("EXISTS worker:worker-0").number + consumers() < 3) {
        test_client_breathe(&stack.client);
    }
    assert_true(strlen(redis("HGET worker:worker-0 every_ms").text) > 0);
    test_process_stop(&stack.workers[0]);
    assert_int_equal(redis("EXISTS worker:worker-0").number, 0);
    assert_int_equal(consumers(), 1);
    test_process_kill(&stack.workers[1]);
    assert_int_equal(redis("EXISTS worker:worker-1").number, 1);
    assert_int_equal(consumers(), 1);
}

static void who_died_long_ago_is_cleared_away(void **state) {
    (void)state;
    test_stack_worker(&stack, 0, "v5", quick_lease);
    while (redis("XINFO CONSUMERS q:v5:3 agent").number < 1) {
        test_client_breathe(&stack.client);
    }
    redis("XGROUP CREATECONSUMER q:v5:3 agent dead");
    redis("XGROUP CREATECONSUMER q:v5:3 agent quiet");
    redis("HSET worker:quiet state idle");
    while (redis("XINFO CONSUMERS q:v5:3 agent").number > 2) {
        test_client_breathe(&stack.client);
    }
    assert_int_equal(redis("XGROUP DELCONSUMER q:v5:3 agent dead").number, 0);
    redis("XGROUP CREATECONSUMER q:v5:3 agent quiet");
    assert_int_equal(redis("XINFO CONSUMERS q:v5:3 agent").number, 2);
    test_process_stop(&stack.workers[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_goes_from_the_queue_to_its_answer),
        cmocka_unit_test(a_failed_job_says_why),
        cmocka_unit_test(urgent_jobs_go_first),
        cmocka_unit_test(a_version_works_on_its_own_jobs_only),
        cmocka_unit_test(a_job_outlives_its_worker),
        cmocka_unit_test(a_worker_that_comes_back_too_late_changes_nothing),
        cmocka_unit_test(a_job_that_nobody_survives_is_given_up),
        cmocka_unit_test(a_job_whose_time_is_over_is_not_worked_on),
        cmocka_unit_test(workers_that_are_killed_lose_no_job_and_repeat_none),
        cmocka_unit_test(a_worker_finishes_what_it_has_before_it_ends),
        cmocka_unit_test(who_died_long_ago_is_cleared_away),
        cmocka_unit_test(a_worker_says_goodbye_and_one_that_is_killed_does_not),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
