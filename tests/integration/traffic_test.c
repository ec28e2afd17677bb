/* What a rollout sees of its traffic: lines of the router's log on a real socket, and
 * jobs that a real service is asked for. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "control/job_watch.h"
#include "support/traffic_scene.h"

static bool has_lost_jobs(const void *what, uint64_t count) {
    const struct traffic_scene *scene = what;
    return traffic_look(scene->traffic).jobs_lost >= count;
}

static void requests_become_observations(void **state) {
    (void)state;
    struct traffic_scene scene;
    traffic_scene_init(&scene);
    struct traffic_state before = traffic_look(scene.traffic);
    assert_int_equal(before.kind, TRAFFIC_LOG);
    assert_true(before.age_ms == UINT64_MAX);
    assert_false(before.contradicts);
    assert_false(before.feeds[ARM_CANARY].tally.known);
    struct sent canary = sent_to_canary, failed = sent_to_canary,
                limited = sent_to_stable;
    failed.status = "503";
    failed.user = 12;
    limited.status = "429";
    traffic_scene_send(&scene, &sent_to_stable);
    traffic_scene_send(&scene, &canary);
    traffic_scene_send(&scene, &failed);
    traffic_scene_send(&scene, &limited);
    traffic_scene_send_words(
        &scene, "Server canary/c1 is DOWN, reason: Layer4 timeout\n");
    traffic_scene_settle(&scene);
    assert_int_equal(scene.count, 3);
    assert_int_equal(scene.seen[0].assigned, ARM_STABLE);
    assert_int_equal(scene.seen[0].user, 11);
    assert_int_equal(scene.seen[0].weight_bp, 500);
    assert_int_equal(scene.seen[0].latency_us, 2000);
    assert_int_equal(scene.seen[0].tokens, 7);
    assert_int_equal(scene.seen[0].cost_micro, 500000);
    assert_int_equal(scene.seen[1].assigned, ARM_CANARY);
    assert_int_equal(scene.seen[1].failed, 0);
    assert_int_equal(scene.seen[2].failed, HARM_BIT(HARM_ERRORS));
    assert_true(scene.seen[0].chance >= 0 && scene.seen[0].chance < 1);
    struct traffic_state after = traffic_look(scene.traffic);
    assert_true(after.age_ms < 5000);
    assert_int_equal(after.observed, 3);
    assert_true(after.feeds[ARM_STABLE].tally.known);
    assert_int_equal(after.feeds[ARM_STABLE].tally.limited, 1);
    assert_int_equal(after.feeds[ARM_CANARY].tally.limited, 0);
    assert_int_equal(after.aside, 1);
    assert_int_equal(after.lost, 0);
    assert_string_equal(after.words, "");
    traffic_scene_clear(&scene);
}

static void what_befell_a_request_is_counted_of_its_track(void **state) {
    (void)state;
    struct traffic_scene scene;
    traffic_scene_init(&scene);
    struct sent left = sent_to_canary, strayed = sent_to_canary, moved = sent_to_stable,
                others = sent_to_canary, aside = sent_to_stable;
    left.ended = others.ended = aside.ended = "CD--";
    strayed.backend = "stable";
    strayed.user = 12;
    moved.retries = "+1";
    others.salt = TRAFFIC_SCENE_SALT + 1;
    aside.chat = 0;
    traffic_scene_send(&scene, &left);
    traffic_scene_send(&scene, &strayed);
    traffic_scene_send(&scene, &moved);
    traffic_scene_send(&scene, &others);
    traffic_scene_send(&scene, &aside);
    traffic_scene_settle(&scene);
    assert_int_equal(scene.count, 3);
    assert_int_equal(scene.seen[0].failed, 0); /* who left says nothing */
    assert_true(scene.seen[0].is_running);
    struct traffic_state now = traffic_look(scene.traffic);
    const struct rollout_tally *stable = &now.feeds[ARM_STABLE].tally;
    const struct rollout_tally *canary = &now.feeds[ARM_CANARY].tally;
    assert_int_equal(canary->clients_left, 1);
    assert_int_equal(canary->strayed, 1);
    assert_int_equal(canary->redispatched, 0);
    assert_int_equal(stable->clients_left, 0);
    assert_int_equal(stable->strayed, 0);
    assert_int_equal(stable->redispatched, 1);
    traffic_scene_clear(&scene);
}

static bool is_older_than(const void *what, uint64_t age_ms) {
    const struct traffic_scene *scene = what;
    struct traffic_state state = traffic_look(scene->traffic);
    return state.age_ms >= age_ms && state.feeds[ARM_STABLE].age_ms >= age_ms;
}

/* Or a clock that was set back: silence behind it would look fresh until then. */
static void a_time_that_has_not_come_is_now(void **state) {
    (void)state;
    struct traffic_scene scene;
    traffic_scene_init(&scene);
    struct sent early = sent_to_stable;
    early.ahead_s = 3600;
    traffic_scene_send(&scene, &early);
    traffic_scene_see(&scene, 1);
    assert_true(traffic_look(scene.traffic).age_ms < 20000);
    traffic_scene_until(&scene, is_older_than, 5);
    traffic_scene_clear(&scene);
}

static void what_is_missing_or_untrue_is_said(void **state) {
    (void)state;
    struct traffic_scene scene;
    traffic_scene_init(&scene);
    traffic_scene_send(&scene, &sent_to_stable);
    scene.number += 3; /* the socket was full */
    traffic_scene_settle(&scene);
    struct traffic_state now = traffic_look(scene.traffic);
    assert_int_equal(now.lost, 3);
    assert_true(now.contradicts);
    assert_non_null(strstr(now.words, "3 lines of the log were lost"));

    scene.number++; /* one came, and cannot be read */
    traffic_scene_send_words(&scene, "{\"n\":6,\"t\":17");
    traffic_scene_settle(&scene);
    assert_int_equal(traffic_look(scene.traffic).lost, 4);

    struct sent untrue = sent_to_canary;
    untrue.bucket = 800;
    traffic_scene_send(&scene, &untrue);
    traffic_scene_settle(&scene);
    now = traffic_look(scene.traffic);
    assert_int_equal(now.contradictory, 1);
    assert_non_null(strstr(now.words, "contradict"));
    assert_int_equal(scene.count, 1);

    scene.number = 0; /* a new router */
    traffic_scene_settle(&scene);
    assert_int_equal(traffic_look(scene.traffic).restarts, 1);
    assert_int_equal(traffic_look(scene.traffic).lost, 4);
    traffic_scene_clear(&scene);
}

static void another_rollouts_canary_is_set_aside(void **state) {
    (void)state;
    struct traffic_scene scene;
    traffic_scene_init(&scene);
    struct sent theirs = sent_to_canary, usual = sent_to_stable,
                before = sent_to_stable;
    theirs.salt = usual.salt = TRAFFIC_SCENE_SALT + 1;
    before.salt = before.weight_bp = 0;
    traffic_scene_send(&scene, &theirs);
    traffic_scene_send(&scene, &usual);
    traffic_scene_send(&scene, &before);
    traffic_scene_settle(&scene);
    assert_int_equal(scene.count, 2);
    assert_int_equal(scene.seen[0].weight_bp, 0);
    assert_int_equal(scene.seen[1].weight_bp, 0);
    traffic_scene_clear(&scene);
}

static void what_begins_after_a_raise_is_warming(void **state) {
    (void)state;
    struct traffic_scene scene;
    traffic_scene_init(&scene);
    traffic_scene_send(&scene, &sent_to_stable);
    traffic_scene_settle(&scene);
    traffic_warm_up(scene.traffic, 60 * NS_PER_S);
    traffic_scene_send(&scene, &sent_to_stable);
    traffic_scene_settle(&scene);
    assert_int_equal(scene.count, 2);
    assert_false(scene.seen[0].is_warming);
    assert_true(scene.seen[1].is_warming);
    traffic_scene_clear(&scene);
}

static void become_completed(uint32_t count, char *body, size_t size) {
    struct text text = text_in(body, size);
    if (count < 2) {
        text_add(&text, "{\"status\":\"running\"}");
    } else {
        text_add(
            &text, "{\"status\":\"completed\",\"outcome\":\"refused\","
                   "\"submitted_ms\":5000,\"finished_ms\":7000,\"usage\":{"
                   "\"input_tokens\":1,\"output_tokens\":2,\"cost_usd\":0.25}}");
    }
}

static void a_job_counts_by_its_end(void **state) {
    (void)state;
    struct traffic_scene scene;
    traffic_scene_init(&scene);
    struct sent job = sent_to_canary;
    job.status = "202";
    job.outcome = "accepted";
    job.job = "01J";
    service_answer_with(
        scene.service, "/chat/01J", "application/json", become_completed);
    traffic_scene_send(&scene, &job);
    traffic_scene_settle(&scene);
    assert_int_equal(scene.count, 0);
    struct traffic_state open = traffic_look(scene.traffic);
    assert_int_equal(open.jobs_open, 1);
    assert_int_equal(open.feeds[ARM_CANARY].tally.jobs_open, 1);
    assert_int_equal(open.feeds[ARM_STABLE].tally.jobs_open, 0);
    assert_int_equal(traffic_overdue(scene.traffic, 0), 0); /* it may have ended */
    traffic_scene_see(&scene, 2);
    assert_int_equal(traffic_overdue(scene.traffic, 0), 1);
    assert_int_equal(traffic_overdue(scene.traffic, 60 * NS_PER_S / NS_PER_US), 0);
    traffic_scene_see(&scene, 3);
    for (unsigned i = 0; i < 2; i++) {
        assert_true(scene.seen[i].is_running);
        assert_int_equal(scene.seen[i].failed, 0);
        assert_true(scene.seen[i].latency_us > 200000);
    }
    const struct observation *end = &scene.seen[2];
    assert_false(end->is_running);
    assert_int_equal(end->assigned, ARM_CANARY);
    assert_int_equal(end->user, 11);
    assert_int_equal(end->failed, HARM_BIT(HARM_REFUSALS));
    assert_int_equal(end->latency_us, 2000000);
    assert_int_equal(end->tokens, 3);
    assert_int_equal(end->cost_micro, 250000);
    assert_int_equal(traffic_look(scene.traffic).jobs_open, 0);
    assert_int_equal(traffic_look(scene.traffic).observed, 1);
    assert_false(service_was_written_to(scene.service));
    traffic_scene_clear(&scene);
}

static void a_stream_counts_by_the_record_of_its_job(void **state) {
    (void)state;
    struct traffic_scene scene;
    traffic_scene_init(&scene);
    struct sent stream = sent_to_canary;
    stream.outcome = "streaming";
    stream.job = "01S";
    service_answer(
        scene.service, "/chat/01S", 200, "application/json",
        "{\"status\":\"failed\",\"submitted_ms\":5000,\"finished_ms\":7000}");
    traffic_scene_send(&scene, &stream);
    traffic_scene_see(&scene, 1);
    assert_int_equal(scene.seen[0].failed, HARM_BIT(HARM_ERRORS));
    assert_int_equal(scene.seen[0].latency_us, 2000);
    traffic_scene_clear(&scene);
}

static void a_job_that_nobody_knows_is_lost_and_said(void **state) {
    (void)state;
    struct traffic_scene scene;
    traffic_scene_init(&scene);
    struct sent job = sent_to_canary;
    job.status = "202";
    job.job = "01X"; /* 404 */
    traffic_scene_send(&scene, &job);
    job.job = "-"; /* there is nothing to ask for */
    traffic_scene_send(&scene, &job);
    traffic_scene_settle(&scene);
    assert_int_equal(traffic_look(scene.traffic).jobs_lost, 1);
    traffic_scene_until(&scene, has_lost_jobs, 2);
    struct traffic_state now = traffic_look(scene.traffic);
    assert_int_equal(scene.count, 0);
    assert_int_equal(now.jobs_open, 0);
    assert_true(now.contradicts);
    assert_non_null(strstr(now.words, "the end of 2 jobs is not known"));
    traffic_scene_clear(&scene);
}

static void more_jobs_than_can_be_followed_are_lost(void **state) {
    (void)state;
    struct traffic_scene scene;
    traffic_scene_init(&scene);
    struct job_watch *watch =
        job_watch_new(scene.loop, scene.target, traffic_scene_on_observation, &scene);
    const struct job_watch_job job = {.id = "01Y"};
    for (unsigned i = 0; i < JOB_WATCH_MAX + 2; i++) job_watch_add(watch, &job);
    assert_int_equal(job_watch_look(watch).open, JOB_WATCH_MAX);
    assert_int_equal(job_watch_look(watch).lost, 2);
    job_watch_free(watch);
    traffic_scene_clear(&scene);
}

/* Ten requests more each time that it is asked. */
static void tell_metrics(uint32_t count, char *body, size_t size) {
    snprintf(
        body, size,
        "agent_requests_total{status=\"success\"} %u\n"
        "agent_requests_total{status=\"error\"} 0\n"
        "process_start_time_seconds 5\n",
        10 * count);
}

static void count_both_sides(struct traffic_scene *scene) {
    struct target *target = scene->target;
    for (int i = 0; i < TRACK_COUNT; i++) {
        char url[TARGET_URL_SIZE];
        struct text text = TEXT_IN(target->tracks[i].urls[0]);
        service_url(scene->service, url, sizeof url);
        text_addf(&text, "%s/%d", url, i);
        target->tracks[i].url_count = 1;
    }
    target->poll_metrics_ns = 20 * NS_PER_MS;
    service_answer_with(scene->service, "/0/metrics", "text/plain", tell_metrics);
    service_answer_with(scene->service, "/1/metrics", "text/plain", tell_metrics);
}

static bool contradicts(const void *what, uint64_t value) {
    const struct traffic_scene *scene = what;
    return traffic_look(scene->traffic).contradicts == (value != 0);
}

static bool is_unplugged(const void *what, uint64_t value) {
    const struct traffic_scene *scene = what;
    return traffic_look(scene->traffic).is_unplugged == (value != 0);
}

static void a_log_that_is_silent_beside_growing_counters_contradicts(void **state) {
    (void)state;
    struct traffic_scene scene;
    traffic_scene_init(&scene);
    count_both_sides(&scene);
    traffic_scene_begin_again(&scene);
    struct sent canary = sent_to_canary;
    while (scene.count < 60) {
        assert_false(traffic_look(scene.traffic).contradicts);
        traffic_scene_send(&scene, &sent_to_stable);
        traffic_scene_send(&scene, &canary);
        traffic_scene_see(&scene, scene.count + 2);
    }
    struct traffic_state state_now = traffic_look(scene.traffic);
    assert_int_equal(state_now.feeds[ARM_CANARY].source, ROLLOUT_SOURCE_LOG);
    assert_true(state_now.feeds[ARM_CANARY].age_ms < 10000);
    assert_false(state_now.is_unplugged);
    traffic_scene_until(&scene, contradicts, true);
    state_now = traffic_look(scene.traffic);
    assert_non_null(
        strstr(state_now.words, "log is silent, but the instances counted"));
    close(scene.sender);
    scene.sender = -1;
    traffic_scene_until(&scene, is_unplugged, true);
    traffic_scene_clear(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_become_observations),
        cmocka_unit_test(what_befell_a_request_is_counted_of_its_track),
        cmocka_unit_test(a_time_that_has_not_come_is_now),
        cmocka_unit_test(what_is_missing_or_untrue_is_said),
        cmocka_unit_test(another_rollouts_canary_is_set_aside),
        cmocka_unit_test(what_begins_after_a_raise_is_warming),
        cmocka_unit_test(a_job_counts_by_its_end),
        cmocka_unit_test(a_stream_counts_by_the_record_of_its_job),
        cmocka_unit_test(a_job_that_nobody_knows_is_lost_and_said),
        cmocka_unit_test(more_jobs_than_can_be_followed_are_lost),
        cmocka_unit_test(a_log_that_is_silent_beside_growing_counters_contradicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
