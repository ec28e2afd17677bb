/* SPDX-License-Identifier: MIT */
#include "core/load_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"

#define SET(array, words) assert_true(text_copy(array, sizeof(array), words))

static int make_plan(void **state) {
    struct load_plan *plan = memory_new(sizeof *plan);
    load_plan_init(plan);
    SET(plan->target.host, "127.0.0.1");
    plan->target.port = 80;
    plan->level = 10;
    plan->task_count = 1;
    load_task_init(&plan->tasks[0]);
    SET(plan->tasks[0].name, "front page");
    SET(plan->tasks[0].path, "/");
    *state = plan;
    return 0;
}

static int free_plan(void **state) {
    free(*state);
    return 0;
}

static void expect(const struct load_plan *plan, const char *words) {
    struct error err = {0};
    bool good = load_plan_check(plan, &err);
    if (words) {
        assert_false(good);
        if (!strstr(err.message, words)) fail_msg("\"%s\"", err.message);
    } else if (!good) {
        fail_msg("\"%s\"", err.message);
    }
}

static void a_small_plan_is_good(void **state) {
    expect(*state, NULL);
}

static void a_plan_says_whom_and_how_much(void **state) {
    struct load_plan *plan = *state;
    plan->level = -1;
    expect(plan, "-1 users");
    plan->level = LOAD_USERS_MAX + 1;
    expect(plan, "100001 users");
    plan->level = 0;
    expect(plan, "no load at all");
    plan->stage_count = 1;
    plan->stages[0].level = 5;
    expect(plan, NULL);
    plan->model = LOAD_ARRIVALS;
    plan->stages[0].level = 2.0 * LOAD_RATE_MAX;
    expect(plan, "requests per second");
    plan->stages[0].level = 1;
    plan->connections_max = 0;
    expect(plan, "0 connections");
    plan->connections_max = 1;
    plan->shard = 1;
    expect(plan, "shard 1 of 1");
    plan->shard = 0;
    plan->think_min_ns = 1;
    expect(plan, "thinking");
    plan->think_min_ns = 0;
    plan->target.port = 0;
    expect(plan, "no port");
    plan->target.port = 1;
    plan->tasks[0].weight = 0;
    expect(plan, "nothing to do");
}

static void nothing_smuggles_a_second_request(void **state) {
    struct load_plan *plan = *state;
    struct load_task *task = &plan->tasks[0];
    SET(task->path, "/ HTTP/1.1\r\nX: y");
    expect(plan, "front page: a path cannot hold blanks");
    SET(task->path, "/a\tb");
    expect(plan, "blanks");
    SET(task->path, "chat");
    expect(plan, "slash");
    SET(task->path, "/");
    SET(task->method, "GET /");
    expect(plan, "method");
    SET(task->method, "POST");
    task->header_count = 1;
    SET(task->headers[0].name, "X-A");
    SET(task->headers[0].value, "one\r\nTwo: 2");
    expect(plan, "X-A needs a value on one line");
    SET(task->headers[0].value, "one\ttwo \xc3\xa9");
    expect(plan, NULL);
    SET(task->headers[0].name, "X A");
    expect(plan, "needs a name");
    SET(task->headers[0].name, "content-length");
    expect(plan, "Content-Length is not free");
    task->header_count = 0;
    SET(plan->target.authority, "a b");
    expect(plan, "Host");
    SET(plan->target.authority, "");
    SET(plan->target.prefix, "/v1\n");
    expect(plan, "blanks");
    SET(plan->target.prefix, "/v1");
    SET(plan->run, "a b");
    expect(plan, "a run");
}

static void a_job_says_where_it_is(void **state) {
    struct load_plan *plan = *state;
    struct load_task *task = &plan->tasks[0];
    task->job.wanted = true;
    SET(task->job.path, "/chat/17");
    expect(plan, "${job}");
    SET(task->job.path, "/chat/${job}");
    expect(plan, NULL);
    SET(task->job.id, "job_id");
    expect(plan, "the job");
    SET(task->job.id, "$.job_id");
    task->stream = true;
    expect(plan, "stream");
    task->stream = false;
    SET(task->path, "/${job}");
    expect(plan, "front page: \"${job}\"");
}

static void statuses_are_taken_as_the_task_says(void **state) {
    struct load_plan *plan = *state;
    struct load_task *task = &plan->tasks[0];
    assert_true(load_task_takes_status(task, 204));
    assert_false(load_task_takes_status(task, 302));
    task->range_count = 2;
    task->ranges[0] = (struct load_range){302, 302};
    task->ranges[1] = (struct load_range){400, 499};
    assert_true(load_task_takes_status(task, 302));
    assert_true(load_task_takes_status(task, 404));
    assert_false(load_task_takes_status(task, 200));
    expect(plan, NULL);
    task->ranges[1] = (struct load_range){499, 400};
    expect(plan, "499 to 400");
}

static void expect_shares(struct load_plan *plan, uint64_t whole) {
    uint64_t sum = 0;
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;
    for (plan->shard = 0; plan->shard < plan->shards; plan->shard++) {
        uint64_t share = load_plan_share(plan, whole);
        sum += share;
        if (share < least) least = share;
        if (share > most) most = share;
    }
    assert_int_equal(sum, whole);
    assert_in_range(most - least, 0, 1);
}

static void the_shares_of_all_shards_add_up(void **state) {
    static const uint64_t wholes[] = {0, 1, 2, 63, 64, 65, 1000, 5003, LOAD_USERS_MAX};
    struct load_plan *plan = *state;
    for (plan->shards = 1; plan->shards <= 64; plan->shards++) {
        for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
            expect_shares(plan, wholes[i]);
        }
    }
}

static void a_plan_is_the_same_on_the_other_side(void **state) {
    struct load_plan *plan = *state;
    plan->stage_count = 2;
    plan->stages[1] = (struct load_stage){3 * NS_PER_S, 0.25};
    plan->task_count = 2;
    plan->tasks[1] = plan->tasks[0];
    plan->tasks[1].job.wanted = true;
    plan->target.header_count = 1;
    SET(plan->target.headers[0].name, "Authorization");
    enum { ROOM = 64 * 1024 };
    uint8_t *bytes = memory_new(ROOM);
    struct load_plan *other = memory_new(sizeof *other);
    struct byte_writer writer = byte_writer_in(bytes, ROOM);
    record_put(&load_plan_record, plan, &writer);
    assert_false(writer.overflow);
    struct byte_reader reader = byte_reader_of(bytes, writer.length);
    assert_true(record_get(&load_plan_record, other, &reader));
    assert_int_equal(reader.at, writer.length);
    assert_memory_equal(plan, other, sizeof *plan);
    free(other);
    free(bytes);
}

#define WITH_PLAN(test) cmocka_unit_test_setup_teardown(test, make_plan, free_plan)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_PLAN(a_small_plan_is_good),
        WITH_PLAN(a_plan_says_whom_and_how_much),
        WITH_PLAN(nothing_smuggles_a_second_request),
        WITH_PLAN(a_job_says_where_it_is),
        WITH_PLAN(statuses_are_taken_as_the_task_says),
        WITH_PLAN(the_shares_of_all_shards_add_up),
        WITH_PLAN(a_plan_is_the_same_on_the_other_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
