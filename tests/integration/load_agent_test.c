/* The load generator against the bundled agent: jobs,
 * streams and plain answers, counted by both. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "core/url.h"
#include "support/load_scene.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { HEALTHS = 100, STREAMS = 6, LINE_SIZE = 128 };

static struct test_stack stack;

static int set_up(void **state) {
    test_stack_start(&stack, PROGRAM, "fixed:20ms");
    const char *const redis[] = {"--redis", stack.redis.url, NULL};
    test_stack_serve(&stack, 0, "v1", redis);
    test_stack_worker(&stack, 0, "v1", redis);
    return load_scene_make(state);
}

static int tear_down(void **state) {
    load_scene_clear(state);
    test_stack_stop(&stack);
    return 0;
}

static struct load_plan *plan_for_agent(struct load_scene *scene, const char *path) {
    struct url url;
    struct error err = {0};
    assert_true(url_parse(slice_of(stack.urls[0]), &url, &err));
    test_load_init(&scene->load, url.port, path);
    scene->load.plan->level = 5;
    return scene->load.plan;
}

static void be_chat(struct load_task *task, const char *path) {
    text_copy(task->name, sizeof task->name, "chat");
    text_copy(task->method, sizeof task->method, "POST");
    text_copy(task->path, sizeof task->path, path);
    text_copy(
        task->body, sizeof task->body,
        "{\"user_id\": \"load-${user}\", \"message\": \"${pick:hello|hi} ${seq}\"}");
}

/* The agent's own count of requests of a route with a status. */
static uint64_t counted(const char *route, unsigned code) {
    struct test_reply reply;
    test_client_get(&stack.client, test_stack_url(&stack, 0, "/metrics"), &reply);
    char series[LINE_SIZE];
    snprintf(
        series, sizeof series, "agent_http_requests_total{route=\"%s\",code=\"%u\"} ",
        route, code);
    const char *found = strstr(buffer_string(&reply.body), series);
    uint64_t count = found ? strtoull(found + strlen(series), NULL, 10) : 0;
    test_reply_clear(&reply);
    return count;
}

static void plain_answers_are_counted_by_both(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = plan_for_agent(scene, "/health");
    plan->requests_max = HEALTHS;
    uint64_t before = counted("/health", 200);
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    assert_int_equal(load_row_failed(&scene->load.sum->rows[0]), 0);
    assert_int_equal(counted("/health", 200) - before, HEALTHS);
}

static void jobs_end_well_and_are_counted_by_both(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = plan_for_agent(scene, "/");
    struct load_task *task = &plan->tasks[0];
    be_chat(task, "/chat");
    task->header_count = 1;
    text_copy(task->headers[0].name, sizeof task->headers[0].name, "Prefer");
    text_copy(task->headers[0].value, sizeof task->headers[0].value, "respond-async");
    task->job.wanted = true;
    text_copy(task->job.path, sizeof task->job.path, "/chat/${job}");
    task->job.poll_ns = 20 * NS_PER_MS;
    task->job.poll_max = 500;
    plan->run_time_ns = NS_PER_S;
    plan->drain_ns = 20 * NS_PER_S;
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    const struct load_row *jobs = &scene->load.sum->rows[0];
    const struct load_row *polls = &scene->load.sum->rows[1];
    assert_true(jobs->sent > 0);
    assert_int_equal(load_row_failed(jobs) + load_row_failed(polls), 0);
    assert_int_equal(jobs->jobs_good, jobs->sent);
    assert_int_equal(jobs->job.count, jobs->sent);
    assert_int_equal(counted("/chat", 202), jobs->sent);
    assert_int_equal(counted("/chat/{job_id}", 200), polls->sent);
}

static void streams_are_heard_token_by_token(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = plan_for_agent(scene, "/");
    struct load_task *task = &plan->tasks[0];
    be_chat(task, "/chat/stream");
    task->stream = true;
    plan->requests_max = STREAMS;
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    const struct load_row *row = &scene->load.sum->rows[0];
    assert_int_equal(load_row_failed(row), 0);
    assert_int_equal(row->first_byte.count, STREAMS);
    assert_true(row->gap.count >= STREAMS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            plain_answers_are_counted_by_both, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            jobs_end_well_and_are_counted_by_both, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            streams_are_heard_token_by_token, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
