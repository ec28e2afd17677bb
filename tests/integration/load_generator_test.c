/* The load generator against servers that answer well, badly and not at all: what it
 * says that it did is what they saw. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "support/load_scene.h"

static uint64_t failed(const struct test_load *load, enum load_failure failure) {
    return load->sum->rows[0].failures[failure];
}

static void good_answers_are_counted_on_both_sides(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_GOOD);
    text_copy(plan->run, sizeof plan->run, "here");
    text_copy(plan->tasks[0].content, sizeof plan->tasks[0].content, "\"ok\"");
    assert_int_equal(test_load_run(&scene->load), 0);
    const struct load_row *row = &scene->load.sum->rows[0];
    load_scene_balance(&scene->load);
    assert_int_equal(row->sent, 200);
    assert_int_equal(scene->server.counts->requests, 200);
    assert_int_equal(scene->server.counts->with_run, 200);
    assert_int_equal(scene->server.counts->connections, 4 + 1); /* one tried it out */
    assert_int_equal(test_load_status(&scene->load, 0, 200), 200);
    assert_int_equal(load_row_failed(row), 0);
    assert_int_equal(row->service.count, 200);
    assert_int_equal(row->response.count, 200);
    assert_int_equal(row->first_byte.count, 200);
    assert_int_equal(row->received_bytes, UINT64_C(200) * 54);
    assert_int_equal(scene->load.sum->health.opened, 4);
    assert_int_equal(scene->load.sum->health.reused, 196);
    assert_int_equal(scene->load.last->ended, LOAD_ENDED_REQUESTS);
    assert_true(scene->load.ready.pid > 0);
}

static void wrong_content_is_a_failure(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_GOOD);
    text_copy(plan->tasks[0].content, sizeof plan->tasks[0].content, "other");
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    assert_int_equal(failed(&scene->load, LOAD_FAILURE_CONTENT), 200);
    assert_int_equal(test_load_status(&scene->load, 0, 200), 200);
}

static void a_refusal_of_all_is_a_failure_of_all(void **state) {
    struct load_scene *scene = *state;
    load_scene_set_up(scene, ODD_BUSY);
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    assert_int_equal(failed(&scene->load, LOAD_FAILURE_STATUS), 200);
    assert_int_equal(test_load_status(&scene->load, 0, 503), 200);
    assert_int_equal(scene->server.counts->requests, 200);
}

static void resets_are_failures_and_not_asked_again(void **state) {
    struct load_scene *scene = *state;
    load_scene_set_up(scene, ODD_RESET);
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    assert_int_equal(failed(&scene->load, LOAD_FAILURE_RESET), 200);
    assert_int_equal(scene->server.counts->requests, 200);
    assert_int_equal(scene->load.sum->rows[0].retried, 0);
}

static void garbage_is_malformed(void **state) {
    struct load_scene *scene = *state;
    load_scene_set_up(scene, ODD_GARBAGE);
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    assert_int_equal(failed(&scene->load, LOAD_FAILURE_MALFORMED), 200);
    assert_int_equal(scene->load.sum->rows[0].service.count, 0);
}

static void half_an_answer_is_none(void **state) {
    struct load_scene *scene = *state;
    load_scene_set_up(scene, ODD_HALF);
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    assert_int_equal(failed(&scene->load, LOAD_FAILURE_RESET), 200);
    assert_int_equal(scene->server.counts->requests, 200);
}

static void answers_may_come_byte_by_byte(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_DRIPPING);
    plan->requests_max = 12;
    text_copy(
        plan->tasks[0].content, sizeof plan->tasks[0].content, "{\"status\":\"ok\"}");
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    assert_int_equal(load_row_failed(&scene->load.sum->rows[0]), 0);
    assert_int_equal(test_load_status(&scene->load, 0, 200), 12);
    assert_int_equal(test_load_status(&scene->load, 0, 100), 0);
    assert_int_equal(scene->load.sum->health.opened, 4);
}

static void silence_is_a_timeout_that_took_its_time(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_SILENT);
    plan->tasks[0].timeout_ns = 300 * NS_PER_MS;
    plan->requests_max = 8;
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    assert_int_equal(failed(&scene->load, LOAD_FAILURE_TIMEOUT), 8);
    assert_int_equal(scene->server.counts->requests, 8);
    assert_int_equal(scene->load.sum->rows[0].response.count, 8);
    assert_true(scene->load.sum->rows[0].response.min_us >= 300000);
}

static void a_connection_closed_while_idle_is_no_failure(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_FORGETFUL);
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    const struct load_row *row = &scene->load.sum->rows[0];
    assert_int_equal(load_row_failed(row), 0);
    assert_int_equal(row->sent, plan->requests_max);
    /* What was asked on a dead connection was not heard. */
    assert_int_equal(scene->server.counts->requests, plan->requests_max);
}

static void what_may_have_been_done_is_not_asked_again(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_FORGETFUL);
    text_copy(plan->tasks[0].method, sizeof plan->tasks[0].method, "POST");
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    const struct load_row *row = &scene->load.sum->rows[0];
    assert_int_equal(row->retried, 0);
    assert_int_equal(load_row_failed(row), row->failures[LOAD_FAILURE_RESET]);
    assert_int_equal(
        scene->server.counts->requests, row->done - row->failures[LOAD_FAILURE_RESET]);
}

static void a_closing_server_gets_new_connections(void **state) {
    struct load_scene *scene = *state;
    load_scene_set_up(scene, ODD_CLOSING);
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    assert_int_equal(load_row_failed(&scene->load.sum->rows[0]), 0);
    assert_int_equal(scene->load.sum->health.opened, 200);
    assert_int_equal(scene->load.sum->health.stale, 0);
    assert_int_equal(scene->server.counts->requests, 200);
}

static void jobs_are_followed_and_counted_twice(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_JOB);
    struct load_task *task = &plan->tasks[0];
    plan->level = 1;
    plan->requests_max = 40; /* ten jobs, three polls each */
    text_copy(task->method, sizeof task->method, "POST");
    text_copy(task->body, sizeof task->body, "{\"user_id\": \"${user}\"}");
    task->job.wanted = true;
    text_copy(task->job.path, sizeof task->job.path, "/job/${job}");
    task->job.poll_ns = 5 * NS_PER_MS;
    assert_int_equal(test_load_run(&scene->load), 0);
    const struct load_report *sum = scene->load.sum;
    assert_int_equal(sum->rows[0].jobs_good, 10);
    assert_int_equal(sum->rows[0].sent, 10);
    assert_int_equal(sum->rows[1].sent, 30);
    assert_int_equal(sum->rows[0].job.count, 10);
    assert_true(sum->rows[0].job.min_us >= 15000);
    assert_int_equal(load_row_failed(&sum->rows[0]), 0);
    assert_int_equal(load_row_failed(&sum->rows[1]), 0);
    assert_int_equal(scene->server.counts->requests, 40);
    assert_int_equal(scene->server.counts->bodies, 10);
}

static void streams_have_gaps(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_STREAM);
    plan->level = 2;
    plan->requests_max = 4;
    plan->tasks[0].stream = true;
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    const struct load_row *row = &scene->load.sum->rows[0];
    assert_int_equal(load_row_failed(row), 0);
    assert_int_equal(row->gap.count, 4 * 4);
    assert_true(histogram_quantile(&row->gap, 0.5) >= 10000);
    assert_true(row->first_byte.count == 4 && row->service.min_us >= 80000);
}

static void starts_wait_for_no_answer(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_STALLING);
    plan->model = LOAD_ARRIVALS;
    plan->level = 100;
    plan->requests_max = 0;
    plan->run_time_ns = 2 * NS_PER_S;
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    const struct load_row *row = &scene->load.sum->rows[0];
    assert_int_equal(row->sent, 200);
    assert_int_equal(scene->server.counts->requests, 200);
    assert_int_equal(scene->load.last->ended, LOAD_ENDED_TIME);
    /* Three in ten starts meet the stall, and wait for its end. */
    assert_true(histogram_quantile(&row->response, 0.95) > 150000);
    assert_true(scene->load.sum->health.delay.count > 0);
}

static void a_small_pool_lets_starts_wait_and_says_so(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_STALLING);
    plan->model = LOAD_ARRIVALS;
    plan->level = 100;
    plan->connections_max = 2;
    plan->requests_max = 0;
    plan->run_time_ns = 2 * NS_PER_S;
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    const struct load_row *row = &scene->load.sum->rows[0];
    assert_int_equal(row->sent, 200);
    assert_true(scene->load.sum->health.waited > 10);
    assert_true(scene->load.sum->health.opened <= 2);
    double response = histogram_quantile(&row->response, 0.95);
    assert_true(response > 150000); /* what the waiting hides from the service time */
}

#define ON_SCENE(test) \
    cmocka_unit_test_setup_teardown(test, load_scene_make, load_scene_clear)

int main(void) {
    const struct CMUnitTest tests[] = {
        ON_SCENE(good_answers_are_counted_on_both_sides),
        ON_SCENE(wrong_content_is_a_failure),
        ON_SCENE(a_refusal_of_all_is_a_failure_of_all),
        ON_SCENE(resets_are_failures_and_not_asked_again),
        ON_SCENE(garbage_is_malformed),
        ON_SCENE(half_an_answer_is_none),
        ON_SCENE(answers_may_come_byte_by_byte),
        ON_SCENE(silence_is_a_timeout_that_took_its_time),
        ON_SCENE(a_connection_closed_while_idle_is_no_failure),
        ON_SCENE(what_may_have_been_done_is_not_asked_again),
        ON_SCENE(a_closing_server_gets_new_connections),
        ON_SCENE(jobs_are_followed_and_counted_twice),
        ON_SCENE(streams_have_gaps),
        ON_SCENE(starts_wait_for_no_answer),
        ON_SCENE(a_small_pool_lets_starts_wait_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
