/* What a rollout sees of its traffic: lines of the router's log on a real socket, and jobs
 * that a real service is asked for. */
/* SPDX-License-Identifier: MIT */
#include "control/traffic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/job_watch.h"
#include "io/loop.h"
#include "support/service.h"
#include "support/test_folder.h"

enum { SEEN_MAX = 64, LINE_SIZE = 1024, SALT = 7 };
#define LIMIT_NS (20 * NS_PER_S)

struct scene {
    struct loop *loop;
    struct test_folder folder;
    struct target *target;
    struct service *service; /* that knows the jobs */
    struct traffic *traffic;
    int sender;
    uint64_t number;
    unsigned count; /* observations */
    struct observation seen[SEEN_MAX];
};

static void on_observation(void *owner, const struct observation *seen) {
    struct scene *scene = owner;
    if (scene->count < SEEN_MAX) scene->seen[scene->count] = *seen;
    scene->count++;
}

static void set_up(struct scene *scene) {
    struct error err = {0};
    *scene = (struct scene){.loop = loop_new()};
    test_folder_init(&scene->folder);
    scene->target = memory_new(sizeof *scene->target);
    target_init(scene->target);
    struct target_split *split = &scene->target->split;
    char path[TEST_PATH_SIZE];
    test_folder_path(&scene->folder, "canary.sock", path);
    text_copy(split->log, sizeof split->log, path);
    text_copy(split->canary, sizeof split->canary, "canary");
    scene->service = service_new(scene->loop, 0);
    service_url(scene->service, scene->target->url, sizeof scene->target->url);
    const struct traffic_options options = {
        .salt = SALT, .on_observation = on_observation, .owner = scene};
    scene->traffic = traffic_new(scene->loop, scene->target, &options, &err);
    assert_non_null(scene->traffic);
    scene->sender = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    text_copy(address.sun_path, sizeof address.sun_path, path);
    const struct sockaddr *to = (const struct sockaddr *)&address;
    assert_int_equal(connect(scene->sender, to, sizeof address), 0);
}

static void tear_down(struct scene *scene) {
    close(scene->sender);
    traffic_free(scene->traffic);
    service_free(scene->service);
    loop_free(scene->loop);
    test_folder_clear(&scene->folder);
    free(scene->target);
}

/* The parts of a line that matter here. */
struct sent {
    const char *arm, *status, *outcome, *job;
    unsigned bucket, weight_bp, salt;
    int user, chat;
    long long ahead_s; /* of the clock */
};

static const struct sent plain = {
    .arm = "stable",
    .status = "200",
    .outcome = "success",
    .job = "-",
    .bucket = 700,
    .weight_bp = 500,
    .salt = SALT,
    .user = 11,
    .chat = 1,
};

static struct sent on_canary(void) {
    struct sent sent = plain;
    sent.arm = "canary";
    sent.bucket = 3;
    return sent;
}

static void send_words(struct scene *scene, const char *words) {
    char data[LINE_SIZE + 8];
    struct text framed = TEXT_IN(data);
    text_addf(&framed, "%zu %s", strlen(words), words);
    assert_int_equal(
        send(scene->sender, data, framed.length, 0), (ssize_t)framed.length);
}

static void send_line(struct scene *scene, const struct sent *sent) {
    char data[LINE_SIZE];
    struct text line = TEXT_IN(data);
    text_addf(
        &line,
        "{\"n\":%llu,\"t\":%lld.%03lld,\"arm\":\"%s\",\"be\":\"%s\",\"srv\":\"x1\","
        "\"st\":%s,\"ts\":\"----\",\"rc\":\"0\",\"Tw\":0,\"Tc\":0,\"Tr\":1,\"Ta\":2,"
        "\"bkt\":%u,\"bp\":%u,\"salt\":%u,\"user\":%d,\"chat\":%d,\"out\":\"%s\","
        "\"job\":\"%s\",\"tin\":\"3\",\"tout\":\"4\",\"usd\":\"0.5\",\"tf\":\"0\"}\n",
        (unsigned long long)++scene->number,
        (long long)(loop_wall_ms() / 1000) + sent->ahead_s,
        (long long)(loop_wall_ms() % 1000), sent->arm, sent->arm, sent->status,
        sent->bucket, sent->weight_bp, sent->salt, sent->user, sent->chat,
        sent->outcome, sent->job);
    send_words(scene, data);
}

/* Waiting: the loop turns until a condition holds. */
struct wait {
    struct scene *scene;
    bool (*holds)(const struct scene *scene, uint64_t value);
    uint64_t value, start_ns;
};

static void on_turn(void *owner, uint64_t now_ns) {
    struct wait *wait = owner;
    bool late = now_ns - wait->start_ns > LIMIT_NS;
    if (late || wait->holds(wait->scene, wait->value)) loop_stop(wait->scene->loop);
}

static void wait_until(
    struct scene *scene, bool (*holds)(const struct scene *, uint64_t),
    uint64_t value) {
    struct wait wait = {scene, holds, value, loop_clock_ns()};
    struct loop_timer *turn = loop_every(scene->loop, NS_PER_MS, on_turn, &wait);
    loop_run(scene->loop);
    loop_timer_free(turn);
    if (!holds(scene, value)) fail_msg("it did not happen in time");
}

static bool has_seen(const struct scene *scene, uint64_t count) {
    return scene->count >= count;
}

static bool has_refused(const struct scene *scene, uint64_t count) {
    return traffic_look(scene->traffic).aside >= count;
}

static bool has_lost_jobs(const struct scene *scene, uint64_t count) {
    return traffic_look(scene->traffic).jobs_lost >= count;
}

/* Whatever was sent before has been read then: lines arrive in order. */
static void settle(struct scene *scene) {
    struct sent aside = plain;
    aside.chat = 0;
    uint64_t before = traffic_look(scene->traffic).aside;
    send_line(scene, &aside);
    wait_until(scene, has_refused, before + 1);
}

static void requests_become_observations(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    struct traffic_state before = traffic_look(scene.traffic);
    assert_int_equal(before.kind, TRAFFIC_LOG);
    assert_true(before.age_ms == UINT64_MAX);
    assert_false(before.contradicts);
    struct sent canary = on_canary(), failed = on_canary(), limited = plain;
    failed.status = "503";
    failed.user = 12;
    limited.status = "429";
    send_line(&scene, &plain);
    send_line(&scene, &canary);
    send_line(&scene, &failed);
    send_line(&scene, &limited);
    send_words(&scene, "Server canary/c1 is DOWN, reason: Layer4 timeout\n");
    settle(&scene);
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
    assert_int_equal(after.limited, 1);
    assert_int_equal(after.aside, 1);
    assert_int_equal(after.lost, 0);
    assert_string_equal(after.words, "");
    tear_down(&scene);
}

static bool is_older_than(const struct scene *scene, uint64_t age_ms) {
    struct traffic_state state = traffic_look(scene->traffic);
    return state.age_ms >= age_ms && state.feeds[ARM_STABLE].age_ms >= age_ms;
}

/* Or a clock that was set back: silence behind it would look fresh until then. */
static void a_time_that_has_not_come_is_now(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    struct sent early = plain;
    early.ahead_s = 3600;
    send_line(&scene, &early);
    wait_until(&scene, has_seen, 1);
    assert_true(traffic_look(scene.traffic).age_ms < LIMIT_NS / NS_PER_MS);
    wait_until(&scene, is_older_than, 5);
    tear_down(&scene);
}

static void what_is_missing_or_untrue_is_said(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    send_line(&scene, &plain);
    scene.number += 3; /* the socket was full */
    settle(&scene);
    struct traffic_state now = traffic_look(scene.traffic);
    assert_int_equal(now.lost, 3);
    assert_true(now.contradicts);
    assert_non_null(strstr(now.words, "3 lines of the log were lost"));

    scene.number++; /* one came, and cannot be read */
    send_words(&scene, "{\"n\":6,\"t\":17");
    settle(&scene);
    assert_int_equal(traffic_look(scene.traffic).lost, 4);

    struct sent untrue = on_canary();
    untrue.bucket = 800;
    send_line(&scene, &untrue);
    settle(&scene);
    now = traffic_look(scene.traffic);
    assert_int_equal(now.contradictory, 1);
    assert_non_null(strstr(now.words, "contradict"));
    assert_int_equal(scene.count, 1);

    scene.number = 0; /* a new router */
    settle(&scene);
    assert_int_equal(traffic_look(scene.traffic).restarts, 1);
    assert_int_equal(traffic_look(scene.traffic).lost, 4);
    tear_down(&scene);
}

static void another_rollouts_canary_is_set_aside(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    struct sent theirs = on_canary(), usual = plain, before = plain;
    theirs.salt = usual.salt = SALT + 1;
    before.salt = before.weight_bp = 0;
    send_line(&scene, &theirs);
    send_line(&scene, &usual);
    send_line(&scene, &before);
    settle(&scene);
    assert_int_equal(scene.count, 2);
    assert_int_equal(scene.seen[0].weight_bp, 0);
    assert_int_equal(scene.seen[1].weight_bp, 0);
    tear_down(&scene);
}

static void what_begins_after_a_raise_is_warming(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    send_line(&scene, &plain);
    settle(&scene);
    traffic_warm_up(scene.traffic, 60 * NS_PER_S);
    send_line(&scene, &plain);
    settle(&scene);
    assert_int_equal(scene.count, 2);
    assert_false(scene.seen[0].is_warming);
    assert_true(scene.seen[1].is_warming);
    tear_down(&scene);
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
    struct scene scene;
    set_up(&scene);
    struct sent job = on_canary();
    job.status = "202";
    job.outcome = "accepted";
    job.job = "01J";
    service_answer_with(
        scene.service, "/chat/01J", "application/json", become_completed);
    send_line(&scene, &job);
    settle(&scene);
    assert_int_equal(scene.count, 0);
    assert_int_equal(traffic_look(scene.traffic).jobs_open, 1);
    wait_until(&scene, has_seen, 3);
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
    tear_down(&scene);
}

static void a_stream_counts_by_the_record_of_its_job(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    struct sent stream = on_canary();
    stream.outcome = "streaming";
    stream.job = "01S";
    service_answer(
        scene.service, "/chat/01S", 200, "application/json",
        "{\"status\":\"failed\",\"submitted_ms\":5000,\"finished_ms\":7000}");
    send_line(&scene, &stream);
    wait_until(&scene, has_seen, 1);
    assert_int_equal(scene.seen[0].failed, HARM_BIT(HARM_ERRORS));
    assert_int_equal(scene.seen[0].latency_us, 2000);
    tear_down(&scene);
}

static void a_job_that_nobody_knows_is_lost_and_said(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    struct sent job = on_canary();
    job.status = "202";
    job.job = "01X"; /* 404 */
    send_line(&scene, &job);
    job.job = "-"; /* there is nothing to ask for */
    send_line(&scene, &job);
    settle(&scene);
    assert_int_equal(traffic_look(scene.traffic).jobs_lost, 1);
    wait_until(&scene, has_lost_jobs, 2);
    struct traffic_state now = traffic_look(scene.traffic);
    assert_int_equal(scene.count, 0);
    assert_int_equal(now.jobs_open, 0);
    assert_true(now.contradicts);
    assert_non_null(strstr(now.words, "the end of 2 jobs is not known"));
    tear_down(&scene);
}

static void more_jobs_than_can_be_followed_are_lost(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    struct job_watch *watch =
        job_watch_new(scene.loop, scene.target, on_observation, &scene);
    const struct job_watch_job job = {.id = "01Y"};
    for (unsigned i = 0; i < JOB_WATCH_MAX + 2; i++) job_watch_add(watch, &job);
    assert_int_equal(job_watch_look(watch).open, JOB_WATCH_MAX);
    assert_int_equal(job_watch_look(watch).lost, 2);
    job_watch_free(watch);
    tear_down(&scene);
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

static void count_both_sides(struct scene *scene) {
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

static bool contradicts(const struct scene *scene, uint64_t value) {
    return traffic_look(scene->traffic).contradicts == (value != 0);
}

static void begin_again(struct scene *scene) {
    struct error err = {0};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct traffic_options options = {
        .salt = SALT, .on_observation = on_observation, .owner = scene};
    close(scene->sender);
    traffic_free(scene->traffic);
    scene->traffic = traffic_new(scene->loop, scene->target, &options, &err);
    assert_non_null(scene->traffic);
    scene->sender = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    text_copy(address.sun_path, sizeof address.sun_path, scene->target->split.log);
    const struct sockaddr *to = (const struct sockaddr *)&address;
    assert_int_equal(connect(scene->sender, to, sizeof address), 0);
}

static bool is_unplugged(const struct scene *scene, uint64_t value) {
    return traffic_look(scene->traffic).is_unplugged == (value != 0);
}

static void a_log_that_is_silent_beside_growing_counters_contradicts(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    count_both_sides(&scene);
    begin_again(&scene);
    struct sent canary = on_canary();
    while (scene.count < 60) {
        assert_false(traffic_look(scene.traffic).contradicts);
        send_line(&scene, &plain);
        send_line(&scene, &canary);
        wait_until(&scene, has_seen, scene.count + 2);
    }
    struct traffic_state state_now = traffic_look(scene.traffic);
    assert_int_equal(state_now.feeds[ARM_CANARY].source, ROLLOUT_SOURCE_LOG);
    assert_true(state_now.feeds[ARM_CANARY].age_ms < 10000);
    assert_false(state_now.is_unplugged);
    wait_until(&scene, contradicts, true);
    state_now = traffic_look(scene.traffic);
    assert_non_null(
        strstr(state_now.words, "log is silent, but the instances counted"));
    close(scene.sender);
    scene.sender = -1;
    wait_until(&scene, is_unplugged, true);
    tear_down(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_become_observations),
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
