/* The load generator against servers that answer well, badly and not at all: what it says
 * that it did is what they saw. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/odd_server.h"
#include "support/test_load.h"
#include "support/test_process.h"

struct stage {
    struct odd_server server;
    struct test_load load;
};

static struct stage stage_value;

static int make_stage(void **state) {
    memset(&stage_value, 0, sizeof stage_value);
    *state = &stage_value;
    return 0;
}

static int clear_stage(void **state) {
    struct stage *stage = *state;
    if (stage->load.plan) test_load_clear(&stage->load);
    odd_server_stop(&stage->server);
    return 0;
}

static struct load_plan *set_up(struct stage *stage, enum odd_way way) {
    odd_server_start(&stage->server, way);
    test_load_init(&stage->load, stage->server.port, "/");
    struct load_plan *plan = stage->load.plan;
    plan->level = 4;
    plan->requests_max = 200;
    plan->tasks[0].timeout_ns = 20 * NS_PER_S;
    return plan;
}

/* Whatever happens, nothing gets lost between the counts. */
static void expect_balance(const struct test_load *load) {
    uint64_t done = 0;
    for (uint32_t i = 0; i < load->sum->row_count; i++) {
        const struct load_row *row = &load->sum->rows[i];
        assert_int_equal(row->sent + row->unsent, row->done + row->abandoned);
        assert_int_equal(row->wanted, row->sent + row->unsent + row->dropped);
        done += row->done;
    }
    assert_int_equal(load->sum->gauges.in_flight, 0);
    assert_int_equal(load->sum->gauges.connections, 0);
    if (load->plan->requests_max) assert_int_equal(done, load->plan->requests_max);
}

static uint64_t failed(const struct test_load *load, enum load_failure failure) {
    return load->sum->rows[0].failures[failure];
}

static void good_answers_are_counted_on_both_sides(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_GOOD);
    text_copy(plan->run, sizeof plan->run, "here");
    text_copy(plan->tasks[0].content, sizeof plan->tasks[0].content, "\"ok\"");
    assert_int_equal(test_load_run(&stage->load), 0);
    const struct load_row *row = &stage->load.sum->rows[0];
    expect_balance(&stage->load);
    assert_int_equal(row->sent, 200);
    assert_int_equal(stage->server.counts->requests, 200);
    assert_int_equal(stage->server.counts->with_run, 200);
    assert_int_equal(stage->server.counts->connections, 4 + 1); /* one tried it out */
    assert_int_equal(test_load_status(&stage->load, 0, 200), 200);
    assert_int_equal(load_row_failed(row), 0);
    assert_int_equal(row->service.count, 200);
    assert_int_equal(row->response.count, 200);
    assert_int_equal(row->first_byte.count, 200);
    assert_int_equal(row->received_bytes, UINT64_C(200) * 54);
    assert_int_equal(stage->load.sum->health.opened, 4);
    assert_int_equal(stage->load.sum->health.reused, 196);
    assert_int_equal(stage->load.last->ended, LOAD_ENDED_REQUESTS);
    assert_true(stage->load.ready.pid > 0);
}

static void wrong_content_is_a_failure(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_GOOD);
    text_copy(plan->tasks[0].content, sizeof plan->tasks[0].content, "other");
    assert_int_equal(test_load_run(&stage->load), 0);
    expect_balance(&stage->load);
    assert_int_equal(failed(&stage->load, LOAD_FAILURE_CONTENT), 200);
    assert_int_equal(test_load_status(&stage->load, 0, 200), 200);
}

static void a_refusal_of_all_is_a_failure_of_all(void **state) {
    struct stage *stage = *state;
    set_up(stage, ODD_BUSY);
    assert_int_equal(test_load_run(&stage->load), 0);
    expect_balance(&stage->load);
    assert_int_equal(failed(&stage->load, LOAD_FAILURE_STATUS), 200);
    assert_int_equal(test_load_status(&stage->load, 0, 503), 200);
    assert_int_equal(stage->server.counts->requests, 200);
}

static void resets_are_failures_and_not_asked_again(void **state) {
    struct stage *stage = *state;
    set_up(stage, ODD_RESET);
    assert_int_equal(test_load_run(&stage->load), 0);
    expect_balance(&stage->load);
    assert_int_equal(failed(&stage->load, LOAD_FAILURE_RESET), 200);
    assert_int_equal(stage->server.counts->requests, 200);
    assert_int_equal(stage->load.sum->rows[0].retried, 0);
}

static void garbage_is_malformed(void **state) {
    struct stage *stage = *state;
    set_up(stage, ODD_GARBAGE);
    assert_int_equal(test_load_run(&stage->load), 0);
    expect_balance(&stage->load);
    assert_int_equal(failed(&stage->load, LOAD_FAILURE_MALFORMED), 200);
    assert_int_equal(stage->load.sum->rows[0].service.count, 0);
}

static void half_an_answer_is_none(void **state) {
    struct stage *stage = *state;
    set_up(stage, ODD_HALF);
    assert_int_equal(test_load_run(&stage->load), 0);
    expect_balance(&stage->load);
    assert_int_equal(failed(&stage->load, LOAD_FAILURE_RESET), 200);
    assert_int_equal(stage->server.counts->requests, 200);
}

static void answers_may_come_byte_by_byte(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_DRIPPING);
    plan->requests_max = 12;
    text_copy(
        plan->tasks[0].content, sizeof plan->tasks[0].content, "{\"status\":\"ok\"}");
    assert_int_equal(test_load_run(&stage->load), 0);
    expect_balance(&stage->load);
    assert_int_equal(load_row_failed(&stage->load.sum->rows[0]), 0);
    assert_int_equal(test_load_status(&stage->load, 0, 200), 12);
    assert_int_equal(test_load_status(&stage->load, 0, 100), 0);
    assert_int_equal(stage->load.sum->health.opened, 4);
}

static void silence_is_a_timeout_that_took_its_time(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_SILENT);
    plan->tasks[0].timeout_ns = 300 * NS_PER_MS;
    plan->requests_max = 8;
    assert_int_equal(test_load_run(&stage->load), 0);
    expect_balance(&stage->load);
    assert_int_equal(failed(&stage->load, LOAD_FAILURE_TIMEOUT), 8);
    assert_int_equal(stage->server.counts->requests, 8);
    assert_int_equal(stage->load.sum->rows[0].response.count, 8);
    assert_true(stage->load.sum->rows[0].response.min_us >= 300000);
}

static void a_connection_closed_while_idle_is_no_failure(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_FORGETFUL);
    assert_int_equal(test_load_run(&stage->load), 0);
    expect_balance(&stage->load);
    const struct load_row *row = &stage->load.sum->rows[0];
    assert_int_equal(load_row_failed(row), 0);
    assert_int_equal(row->sent, plan->requests_max);
    /* What was asked on a dead connection was not heard. */
    assert_int_equal(stage->server.counts->requests, plan->requests_max);
}

static void a_closing_server_gets_new_connections(void **state) {
    struct stage *stage = *state;
    set_up(stage, ODD_CLOSING);
    assert_int_equal(test_load_run(&stage->load), 0);
    expect_balance(&stage->load);
    assert_int_equal(load_row_failed(&stage->load.sum->rows[0]), 0);
    assert_int_equal(stage->load.sum->health.opened, 200);
    assert_int_equal(stage->load.sum->health.stale, 0);
    assert_int_equal(stage->server.counts->requests, 200);
}

static void jobs_are_followed_and_counted_twice(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_JOB);
    struct load_task *task = &plan->tasks[0];
    plan->level = 1;
    plan->requests_max = 40; /* ten jobs, three polls each */
    text_copy(task->method, sizeof task->method, "POST");
    text_copy(task->body, sizeof task->body, "{\"user_id\": \"${user}\"}");
    task->job.wanted = true;
    text_copy(task->job.path, sizeof task->job.path, "/job/${job}");
    task->job.poll_ns = 5 * NS_PER_MS;
    assert_int_equal(test_load_run(&stage->load), 0);
    const struct load_report *sum = stage->load.sum;
    assert_int_equal(sum->rows[0].jobs_good, 10);
    assert_int_equal(sum->rows[0].sent, 10);
    assert_int_equal(sum->rows[1].sent, 30);
    assert_int_equal(sum->rows[0].job.count, 10);
    assert_true(sum->rows[0].job.min_us >= 15000);
    assert_int_equal(load_row_failed(&sum->rows[0]), 0);
    assert_int_equal(load_row_failed(&sum->rows[1]), 0);
    assert_int_equal(stage->server.counts->requests, 40);
    assert_int_equal(stage->server.counts->bodies, 10);
}

static void streams_have_gaps(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_STREAM);
    plan->level = 2;
    plan->requests_max = 4;
    plan->tasks[0].stream = true;
    assert_int_equal(test_load_run(&stage->load), 0);
    expect_balance(&stage->load);
    const struct load_row *row = &stage->load.sum->rows[0];
    assert_int_equal(load_row_failed(row), 0);
    assert_int_equal(row->gap.count, 4 * 4);
    assert_true(histogram_quantile(&row->gap, 0.5) >= 10000);
    assert_true(row->first_byte.count == 4 && row->service.min_us >= 80000);
}

static void starts_wait_for_no_answer(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_STALLING);
    plan->model = LOAD_ARRIVALS;
    plan->level = 100;
    plan->requests_max = 0;
    plan->run_time_ns = 2 * NS_PER_S;
    assert_int_equal(test_load_run(&stage->load), 0);
    expect_balance(&stage->load);
    const struct load_row *row = &stage->load.sum->rows[0];
    assert_int_equal(row->sent, 200);
    assert_int_equal(stage->server.counts->requests, 200);
    assert_int_equal(stage->load.last->ended, LOAD_ENDED_TIME);
    /* Three in ten starts meet the stall, and wait for its end. */
    assert_true(histogram_quantile(&row->response, 0.95) > 150000);
    assert_true(stage->load.sum->health.delay.count > 0);
}

static void a_small_pool_lets_starts_wait_and_says_so(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_STALLING);
    plan->model = LOAD_ARRIVALS;
    plan->level = 100;
    plan->connections_max = 2;
    plan->requests_max = 0;
    plan->run_time_ns = 2 * NS_PER_S;
    assert_int_equal(test_load_run(&stage->load), 0);
    expect_balance(&stage->load);
    const struct load_row *row = &stage->load.sum->rows[0];
    assert_int_equal(row->sent, 200);
    assert_true(stage->load.sum->health.waited > 10);
    assert_true(stage->load.sum->health.opened <= 2);
    double response = histogram_quantile(&row->response, 0.95);
    assert_true(response > 150000); /* what the waiting hides from the service time */
}

static void a_closed_port_is_unreached(void **state) {
    struct stage *stage = *state;
    test_load_init(&stage->load, test_free_port(), "/");
    stage->load.plan->level = 1;
    assert_int_equal(test_load_run(&stage->load), 3);
    assert_int_equal(stage->load.reports, 1);
    assert_int_equal(stage->load.last->ended, LOAD_ENDED_UNREACHED);
    assert_non_null(strstr(stage->load.last->words, "refused"));
    assert_int_equal(stage->load.ready.pid, 0);
}

static void a_target_that_goes_away_is_not_asked_in_a_frenzy(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_GOOD);
    plan->requests_max = 0;
    test_load_start(&stage->load);
    assert_true(test_load_next(&stage->load));
    kill(stage->server.pid, SIGKILL);
    uint64_t unsent = 0;
    for (int i = 0; i < 10; i++) {
        assert_true(test_load_next(&stage->load));
        unsent += stage->load.last->rows[0].unsent;
    }
    assert_in_range(unsent, 4, 4 * 15);
    assert_non_null(strstr(stage->load.sum->trouble, "refused"));
    test_load_control(&stage->load, LOAD_CONTROL_STOP, 0);
    assert_int_equal(test_load_finish(&stage->load), 0);
    expect_balance(&stage->load);
}

static void an_impossible_plan_is_refused_in_words(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_GOOD);
    plan->level = 0;
    assert_int_equal(test_load_run(&stage->load), 2);
    assert_int_equal(stage->load.last->ended, LOAD_ENDED_REFUSED);
    assert_non_null(strstr(stage->load.last->words, "no load at all"));
}

static void expect_users(struct test_load *load, uint64_t users) {
    while (load->last->gauges.users != users) {
        assert_true(test_load_next(load));
    }
}

static void users_come_and_go_when_told(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_GOOD);
    plan->requests_max = 0;
    plan->think_min_ns = plan->think_max_ns = 5 * NS_PER_MS;
    test_load_start(&stage->load);
    expect_users(&stage->load, 4);
    test_load_control(&stage->load, LOAD_CONTROL_LEVEL, 9);
    expect_users(&stage->load, 9);
    assert_int_equal(stage->load.last->gauges.level_milli, 9000);
    test_load_control(&stage->load, LOAD_CONTROL_LEVEL, 2);
    expect_users(&stage->load, 2);
    assert_in_range(stage->load.last->gauges.connections, 0, 2);
    test_load_control(&stage->load, LOAD_CONTROL_STOP, 0);
    assert_int_equal(test_load_finish(&stage->load), 0);
    assert_int_equal(stage->load.last->ended, LOAD_ENDED_STOPPED);
    expect_balance(&stage->load);
    assert_int_equal(stage->server.counts->requests, stage->load.sum->rows[0].sent);
}

static void shards_share_what_is_to_be_done(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_GOOD);
    plan->shards = 3;
    plan->level = 10;
    plan->requests_max = 100;
    plan->shard = 2;
    assert_int_equal(test_load_run(&stage->load), 0);
    assert_int_equal(stage->load.sum->rows[0].done, 33);
    assert_int_equal(stage->load.sum->health.opened, 3);
}

static void a_signal_drains_and_the_last_report_comes(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_STREAM);
    plan->requests_max = 0;
    test_load_start(&stage->load);
    while (stage->load.sum->rows[0].sent == 0) {
        assert_true(test_load_next(&stage->load));
    }
    kill(stage->load.pid, SIGINT);
    assert_int_equal(test_load_finish(&stage->load), 130);
    assert_int_equal(stage->load.last->ended, LOAD_ENDED_SIGNAL);
    expect_balance(&stage->load);
    assert_int_equal(stage->load.sum->rows[0].abandoned, 0);
}

static void nobody_waits_longer_than_the_drain(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = set_up(stage, ODD_SILENT);
    plan->requests_max = 0;
    plan->run_time_ns = 100 * NS_PER_MS;
    plan->drain_ns = 100 * NS_PER_MS;
    assert_int_equal(test_load_run(&stage->load), 0);
    expect_balance(&stage->load);
    assert_int_equal(stage->load.sum->rows[0].abandoned, 4);
}

static void the_end_of_its_pipe_is_its_end(void **state) {
    struct stage *stage = *state;
    set_up(stage, ODD_SILENT)->requests_max = 0;
    test_load_start(&stage->load);
    assert_true(test_load_next(&stage->load));
    close(stage->load.to);
    stage->load.to = -1;
    uint64_t before_ns = loop_clock_ns();
    assert_int_equal(test_load_finish(&stage->load), 0);
    assert_true(loop_clock_ns() - before_ns < 15 * NS_PER_S); /* no answer waited for */
    expect_balance(&stage->load);
}

static void it_says_what_is_wrong_without_its_pipes(void **state) {
    (void)state;
    static const char *const args[] = {BINARIES_FOLDER "/flightdeck-load", NULL};
    static const char *const help[] = {
        BINARIES_FOLDER "/flightdeck-load", "--help", NULL};
    assert_int_equal(test_process_run(args, NULL), 2);
    assert_int_equal(test_process_run(help, NULL), 0);
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, make_stage, clear_stage)

int main(void) {
    const struct CMUnitTest tests[] = {
        ON_STAGE(good_answers_are_counted_on_both_sides),
        ON_STAGE(wrong_content_is_a_failure),
        ON_STAGE(a_refusal_of_all_is_a_failure_of_all),
        ON_STAGE(resets_are_failures_and_not_asked_again),
        ON_STAGE(garbage_is_malformed),
        ON_STAGE(half_an_answer_is_none),
        ON_STAGE(answers_may_come_byte_by_byte),
        ON_STAGE(silence_is_a_timeout_that_took_its_time),
        ON_STAGE(a_connection_closed_while_idle_is_no_failure),
        ON_STAGE(a_closing_server_gets_new_connections),
        ON_STAGE(jobs_are_followed_and_counted_twice),
        ON_STAGE(streams_have_gaps),
        ON_STAGE(starts_wait_for_no_answer),
        ON_STAGE(a_small_pool_lets_starts_wait_and_says_so),
        ON_STAGE(a_closed_port_is_unreached),
        ON_STAGE(a_target_that_goes_away_is_not_asked_in_a_frenzy),
        ON_STAGE(an_impossible_plan_is_refused_in_words),
        ON_STAGE(users_come_and_go_when_told),
        ON_STAGE(shards_share_what_is_to_be_done),
        ON_STAGE(a_signal_drains_and_the_last_report_comes),
        ON_STAGE(nobody_waits_longer_than_the_drain),
        ON_STAGE(the_end_of_its_pipe_is_its_end),
        cmocka_unit_test(it_says_what_is_wrong_without_its_pipes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
