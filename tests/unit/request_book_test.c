/* SPDX-License-Identifier: MIT */
#include "load/request_book.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

#define SET(array, words) assert_true(text_copy(array, sizeof(array), words))

static int make_plan(void **state) {
    struct load_plan *plan = memory_new(sizeof *plan);
    load_plan_init(plan);
    SET(plan->target.host, "agent.example");
    plan->target.port = 8000;
    plan->level = 1;
    plan->task_count = 1;
    load_task_init(&plan->tasks[0]);
    SET(plan->tasks[0].name, "one");
    SET(plan->tasks[0].path, "/");
    *state = plan;
    return 0;
}

static int free_plan(void **state) {
    free(*state);
    return 0;
}

/* For user 7, request 12, job "j". */
static void expect(const struct load_plan *plan, uint32_t row, const char *wanted) {
    struct error err = {0};
    struct random random;
    random_seed(&random, 1);
    if (!load_plan_check(plan, &err)) fail_msg("%s", err.message);
    struct request_book *book = request_book_new(plan);
    const struct load_values values = {
        .user = 7, .seq = 12, .run = plan->run, .job = "j", .random = &random};
    for (int i = 0; i < 2; i++) { /* what was written once is written again */
        struct slice got = request_book_write(book, row, &values);
        assert_int_equal(got.length, strlen(wanted));
        assert_memory_equal(got.data, wanted, got.length);
    }
    request_book_free(book);
}

#define AGENT "User-Agent: flightdeck-load/" FLIGHTDECK_VERSION "\r\n"

static void a_get_is_short(void **state) {
    expect(
        *state, 0,
        "GET / HTTP/1.1\r\nHost: agent.example:8000\r\n" AGENT "Accept: */*\r\n\r\n");
}

static void a_post_says_how_long_its_body_is(void **state) {
    struct load_plan *plan = *state;
    struct load_task *task = &plan->tasks[0];
    SET(plan->run, "01RUN");
    SET(plan->target.prefix, "/v1");
    SET(task->method, "POST");
    SET(task->path, "/chat?u=${user}");
    SET(task->body, "{\"user_id\": \"u${user}\", \"message\": \"${seq} ${run}\"}");
    task->header_count = 1;
    SET(task->headers[0].name, "Prefer");
    SET(task->headers[0].value, "respond-async, n=${seq}");
    expect(
        plan, 0,
        "POST /v1/chat?u=7 HTTP/1.1\r\nHost: agent.example:8000\r\n" AGENT
        "Accept: */*\r\nX-Flightdeck-Run: 01RUN\r\nPrefer: respond-async, n=12\r\n"
        "Content-Type: application/json\r\nContent-Length: 40\r\n\r\n"
        "{\"user_id\": \"u7\", \"message\": \"12 01RUN\"}");
}

static void nothing_is_said_too(void **state) {
    struct load_plan *plan = *state;
    SET(plan->tasks[0].method, "POST");
    expect(
        plan, 0,
        "POST / HTTP/1.1\r\nHost: agent.example:8000\r\n" AGENT
        "Accept: */*\r\nContent-Length: 0\r\n\r\n");
}

static void own_headers_replace_ours(void **state) {
    struct load_plan *plan = *state;
    plan->target.header_count = 2;
    SET(plan->target.headers[0].name, "user-agent");
    SET(plan->target.headers[0].value, "mine");
    SET(plan->target.headers[1].name, "ACCEPT");
    SET(plan->target.headers[1].value, "text/event-stream");
    SET(plan->target.authority, "other");
    expect(
        plan, 0,
        "GET / HTTP/1.1\r\nHost: other\r\nuser-agent: mine\r\n"
        "ACCEPT: text/event-stream\r\n\r\n");
}

static void hosts_are_written_as_urls_have_them(void **state) {
    struct load_plan *plan = *state;
    SET(plan->target.host, "::1");
    plan->target.tls = true;
    plan->target.port = 443;
    expect(plan, 0, "GET / HTTP/1.1\r\nHost: [::1]\r\n" AGENT "Accept: */*\r\n\r\n");
}

static void a_job_is_asked_for_by_its_name(void **state) {
    struct load_plan *plan = *state;
    struct load_task *task = &plan->tasks[0];
    SET(task->method, "POST");
    task->job.wanted = true;
    SET(task->job.path, "/chat/${job}");
    expect(
        plan, 1,
        "GET /chat/j HTTP/1.1\r\nHost: agent.example:8000\r\n" AGENT
        "Accept: */*\r\n\r\n");
}

#define WITH_PLAN(test) cmocka_unit_test_setup_teardown(test, make_plan, free_plan)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_PLAN(a_get_is_short),
        WITH_PLAN(a_post_says_how_long_its_body_is),
        WITH_PLAN(nothing_is_said_too),
        WITH_PLAN(own_headers_replace_ours),
        WITH_PLAN(hosts_are_written_as_urls_have_them),
        WITH_PLAN(a_job_is_asked_for_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
