/* How a load generator begins, is told to change, and ends. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/load_scene.h"
#include "support/test_process.h"

static void a_closed_port_is_unreached(void **state) {
    struct load_scene *scene = *state;
    test_load_init(&scene->load, test_free_port(), "/");
    scene->load.plan->level = 1;
    assert_int_equal(test_load_run(&scene->load), 3);
    assert_int_equal(scene->load.reports, 1);
    assert_int_equal(scene->load.last->ended, LOAD_ENDED_UNREACHED);
    assert_non_null(strstr(scene->load.last->words, "refused"));
    assert_int_equal(scene->load.ready.pid, 0);
}

static void a_target_that_goes_away_is_not_asked_in_a_frenzy(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_GOOD);
    plan->requests_max = 0;
    test_load_start(&scene->load);
    assert_true(test_load_next(&scene->load));
    kill(scene->server.pid, SIGKILL);
    uint64_t unsent = 0;
    for (int i = 0; i < 10; i++) {
        assert_true(test_load_next(&scene->load));
        unsent += scene->load.last->rows[0].unsent;
    }
    assert_in_range(unsent, 4, 4 * 15);
    assert_non_null(strstr(scene->load.sum->trouble, "refused"));
    test_load_control(&scene->load, LOAD_CONTROL_STOP, 0);
    assert_int_equal(test_load_finish(&scene->load), 0);
    load_scene_balance(&scene->load);
}

static void an_impossible_plan_is_refused_in_words(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_GOOD);
    plan->level = 0;
    assert_int_equal(test_load_run(&scene->load), 2);
    assert_int_equal(scene->load.last->ended, LOAD_ENDED_REFUSED);
    assert_non_null(strstr(scene->load.last->words, "no load at all"));
}

static void allow(struct load_scene *scene, uint64_t soft, uint64_t hard) {
    scene->load.descriptors[0] = soft;
    scene->load.descriptors[1] = hard;
}

static void more_users_than_descriptors_are_refused(void **state) {
    struct load_scene *scene = *state;
    load_scene_set_up(scene, ODD_GOOD)->level = 200;
    allow(scene, 100, 200);
    assert_int_equal(test_load_run(&scene->load), 2);
    assert_int_equal(scene->load.last->ended, LOAD_ENDED_REFUSED);
    assert_non_null(
        strstr(scene->load.last->words, "264 descriptors, 200 are allowed"));
    assert_int_equal(scene->server.counts->connections, 0);
}

static void descriptors_are_raised_as_far_as_needed(void **state) {
    struct load_scene *scene = *state;
    load_scene_set_up(scene, ODD_GOOD)->level = 200;
    allow(scene, 100, 1000);
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    assert_int_equal(load_row_failed(&scene->load.sum->rows[0]), 0);
    assert_int_equal(scene->load.ready.descriptors, 1000);
}

static void a_pool_that_may_be_too_large_is_noted(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_GOOD);
    plan->model = LOAD_ARRIVALS;
    plan->connections_max = 5000;
    plan->requests_max = 2;
    allow(scene, 100, 200);
    assert_int_equal(test_load_run(&scene->load), 0);
    assert_int_equal(scene->load.ready.note_count, 1);
    assert_non_null(strstr(scene->load.ready.notes[0].words, "5000 connections"));
}

static void expect_users(struct test_load *load, uint64_t users) {
    while (load->last->gauges.users != users) {
        assert_true(test_load_next(load));
    }
}

static void users_come_and_go_when_told(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_GOOD);
    plan->requests_max = 0;
    plan->think_min_ns = plan->think_max_ns = 5 * NS_PER_MS;
    test_load_start(&scene->load);
    expect_users(&scene->load, 4);
    test_load_control(&scene->load, LOAD_CONTROL_LEVEL, 9);
    expect_users(&scene->load, 9);
    assert_int_equal(scene->load.last->gauges.level_milli, 9000);
    test_load_control(&scene->load, LOAD_CONTROL_LEVEL, 2);
    expect_users(&scene->load, 2);
    assert_in_range(scene->load.last->gauges.connections, 0, 2);
    test_load_control(&scene->load, LOAD_CONTROL_STOP, 0);
    assert_int_equal(test_load_finish(&scene->load), 0);
    assert_int_equal(scene->load.last->ended, LOAD_ENDED_STOPPED);
    load_scene_balance(&scene->load);
    assert_int_equal(scene->server.counts->requests, scene->load.sum->rows[0].sent);
}

static void users_who_think_leave_at_once(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_GOOD);
    plan->requests_max = 0;
    plan->think_min_ns = plan->think_max_ns = 3600 * NS_PER_S;
    plan->level = 9;
    test_load_start(&scene->load);
    expect_users(&scene->load, 9);
    while (scene->load.sum->rows[0].done < 9) {
        assert_true(test_load_next(&scene->load));
    }
    test_load_control(&scene->load, LOAD_CONTROL_LEVEL, 2);
    expect_users(&scene->load, 2);
    test_load_control(&scene->load, LOAD_CONTROL_LEVEL, 4);
    expect_users(&scene->load, 4); /* two of them are new, and ask at once */
    while (scene->load.sum->rows[0].done < 11) {
        assert_true(test_load_next(&scene->load));
    }
    test_load_control(&scene->load, LOAD_CONTROL_STOP, 0);
    assert_int_equal(test_load_finish(&scene->load), 0);
    load_scene_balance(&scene->load);
    assert_int_equal(scene->load.sum->rows[0].done, 11);
}

static void shards_share_what_is_to_be_done(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_GOOD);
    plan->shards = 3;
    plan->level = 10;
    plan->requests_max = 100;
    plan->shard = 2;
    assert_int_equal(test_load_run(&scene->load), 0);
    assert_int_equal(scene->load.sum->rows[0].done, 33);
    assert_int_equal(scene->load.sum->health.opened, 3);
}

static void a_signal_drains_and_the_last_report_comes(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_STREAM);
    plan->requests_max = 0;
    test_load_start(&scene->load);
    while (scene->load.sum->rows[0].sent == 0) {
        assert_true(test_load_next(&scene->load));
    }
    kill(scene->load.pid, SIGINT);
    assert_int_equal(test_load_finish(&scene->load), 130);
    assert_int_equal(scene->load.last->ended, LOAD_ENDED_SIGNAL);
    load_scene_balance(&scene->load);
    assert_int_equal(scene->load.sum->rows[0].abandoned, 0);
}

static void nobody_waits_longer_than_the_drain(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_SILENT);
    plan->requests_max = 0;
    plan->run_time_ns = 100 * NS_PER_MS;
    plan->drain_ns = 100 * NS_PER_MS;
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    assert_int_equal(scene->load.sum->rows[0].abandoned, 4);
}

static void a_job_that_is_not_done_in_time_is_lost(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_JOB);
    struct load_task *task = &plan->tasks[0];
    plan->requests_max = 0;
    plan->run_time_ns = plan->drain_ns = 100 * NS_PER_MS;
    text_copy(task->method, sizeof task->method, "POST");
    task->job.wanted = true;
    text_copy(task->job.path, sizeof task->job.path, "/job/${job}");
    task->job.poll_ns = 20 * NS_PER_S;
    assert_int_equal(test_load_run(&scene->load), 0);
    load_scene_balance(&scene->load);
    const struct load_row *row = &scene->load.sum->rows[0];
    assert_int_equal(row->jobs_lost, 4);
    assert_int_equal(row->sent, 4);
    assert_int_equal(row->abandoned, 0);
}

static void the_end_of_its_pipe_is_its_end(void **state) {
    struct load_scene *scene = *state;
    load_scene_set_up(scene, ODD_SILENT)->requests_max = 0;
    test_load_start(&scene->load);
    assert_true(test_load_next(&scene->load));
    close(scene->load.to);
    scene->load.to = -1;
    uint64_t before_ns = loop_clock_ns();
    assert_int_equal(test_load_finish(&scene->load), 0);
    assert_true(loop_clock_ns() - before_ns < 15 * NS_PER_S); /* no answer waited for */
    load_scene_balance(&scene->load);
}

static void it_says_what_is_wrong_without_its_pipes(void **state) {
    (void)state;
    static const char *const args[] = {BINARIES_FOLDER "/flightdeck-load", NULL};
    static const char *const help[] = {
        BINARIES_FOLDER "/flightdeck-load", "--help", NULL};
    assert_int_equal(test_process_run(args, NULL), 2);
    assert_int_equal(test_process_run(help, NULL), 0);
}

#define ON_SCENE(test) \
    cmocka_unit_test_setup_teardown(test, load_scene_make, load_scene_clear)

int main(void) {
    const struct CMUnitTest tests[] = {
        ON_SCENE(a_closed_port_is_unreached),
        ON_SCENE(a_target_that_goes_away_is_not_asked_in_a_frenzy),
        ON_SCENE(an_impossible_plan_is_refused_in_words),
        ON_SCENE(more_users_than_descriptors_are_refused),
        ON_SCENE(descriptors_are_raised_as_far_as_needed),
        ON_SCENE(a_pool_that_may_be_too_large_is_noted),
        ON_SCENE(users_come_and_go_when_told),
        ON_SCENE(users_who_think_leave_at_once),
        ON_SCENE(shards_share_what_is_to_be_done),
        ON_SCENE(a_signal_drains_and_the_last_report_comes),
        ON_SCENE(nobody_waits_longer_than_the_drain),
        ON_SCENE(a_job_that_is_not_done_in_time_is_lost),
        ON_SCENE(the_end_of_its_pipe_is_its_end),
        cmocka_unit_test(it_says_what_is_wrong_without_its_pipes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
