/* The counters of a track from a Prometheus server: a real one that scrapes real
 * agents, and others that answer whatever they like. */
/* SPDX-License-Identifier: MIT */
#include "control/prometheus_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"
#include "core/block_look.h"
#include "core/rollout_feed.h"
#include "io/loop.h"
#include "support/counted_scene.h"
#include "support/hostile.h"
#include "support/service.h"

#define LIMIT_NS (30 * NS_PER_S)

enum { SKIPPED = 77, WORDS_SIZE = 256 };

/* One source, and what it makes. */
struct sight {
    struct target *target;
    struct block_maker *maker;
    struct prometheus_source *source;
    unsigned blocks;
    struct metric_block total;
};

static void on_block(void *owner, const struct metric_block *block) {
    struct sight *sight = owner;
    sight->blocks++;
    for (int arm = 0; arm < ARM_COUNT; arm++) {
        const struct trials *from = &block->trials[arm][HARM_ERRORS];
        struct trials *to = &sight->total.trials[arm][HARM_ERRORS];
        to->count += from->count;
        to->failures += from->failures;
    }
}

/* Of the canary alone, which then needs nobody else. */
static void sight_init(struct sight *sight, struct loop *loop, const char *url) {
    *sight = (struct sight){0};
    sight->target = memory_new(sizeof *sight->target);
    sight->maker = memory_new(sizeof *sight->maker);
    sight->maker->weight_bp = ROLLOUT_BASIS_POINTS;
    target_init(sight->target);
    struct target_prometheus *server = &sight->target->prometheus;
    text_copy_cut(server->url, sizeof server->url, url);
    text_copy_cut(
        server->selectors[TRACK_CANARY], TARGET_SELECTOR_SIZE,
        "{job=\"agent\", track=\"canary\"}");
    sight->target->poll_metrics_ns = 50 * NS_PER_MS;
    const struct prometheus_options options = {
        .target = sight->target,
        .maker = sight->maker,
        .track = TRACK_CANARY,
        .on_block = on_block,
        .owner = sight,
    };
    sight->source = prometheus_source_new(loop, &options);
}

static void sight_clear(struct sight *sight) {
    prometheus_source_free(sight->source);
    free(sight->maker);
    free(sight->target);
}

static const char *words_of(const struct sight *sight) {
    static char data[WORDS_SIZE];
    struct text words = TEXT_IN(data);
    data[0] = '\0';
    prometheus_source_explain(sight->source, &words);
    return data;
}

/* Turning the loop until something is so. */

struct wait {
    struct loop *loop;
    bool (*holds)(const struct sight *sight, uint64_t value);
    const struct sight *sight;
    uint64_t value, start_ns;
};

static void on_turn(void *owner, uint64_t now_ns) {
    struct wait *wait = owner;
    bool is_late = now_ns - wait->start_ns > LIMIT_NS;
    if (is_late || wait->holds(wait->sight, wait->value)) loop_stop(wait->loop);
}

static void wait_until(
    struct loop *loop, const struct sight *sight,
    bool (*holds)(const struct sight *, uint64_t), uint64_t value) {
    struct wait wait = {loop, holds, sight, value, loop_clock_ns()};
    struct loop_timer *turn = loop_every(loop, 5 * NS_PER_MS, on_turn, &wait);
    loop_run(loop);
    loop_timer_free(turn);
    if (!holds(sight, value)) fail_msg("not in time: %s", words_of(sight));
}

static bool has_counted(const struct sight *sight, uint64_t count) {
    return sight->total.trials[ARM_CANARY][HARM_ERRORS].count >= count;
}

static bool has_failed(const struct sight *sight, uint64_t count) {
    return sight->total.trials[ARM_CANARY][HARM_ERRORS].failures >= count;
}

static bool has_blocks(const struct sight *sight, uint64_t count) {
    return sight->blocks >= count;
}

static bool is_silent(const struct sight *sight, uint64_t yes) {
    const struct block_look look = block_look_at(sight->maker, loop_clock_ns());
    return (strstr(look.words, "does not tell its metrics") != NULL) == (yes != 0);
}

static bool is_troubled(const struct sight *sight, uint64_t yes) {
    return prometheus_source_is_troubled(sight->source) == (yes != 0);
}

/* Real ones */

static void see_it_judged(struct counted_scene *scene) {
    struct rollout_status *status = &scene->rollout.status;
    scene->rollout.launch->plan.manual = true;
    assert_true(rollout_scene_start(&scene->rollout));
    counted_scene_wait(scene, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD);
    counted_scene_watch(scene, 100, 100);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(status->feeds[i].source, ROLLOUT_SOURCE_PROMETHEUS);
        assert_true(status->feeds[i].age_ms <= 5000);
    }
    assert_int_equal(status->metrics[0].canary_failed, 0);
    assert_true(status->harm < status->harm_limit);
    test_stack_fault(&scene->stack, "{\"version\":\"v1.6.0\",\"error\":0.1}");
    counted_scene_wait(scene, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD);
    if (!strstr(status->reason, "evidence of harm")) fail_msg("%s", status->reason);
}

static void see_it_die(struct counted_scene *scene, const struct sight *sight) {
    struct loop *loop = scene->rollout.loop;
    users_rest(scene->users[COUNTED_CANARY]);
    test_process_kill(&scene->stack.serves[COUNTED_CANARY]);
    wait_until(loop, sight, is_silent, true);
    counted_scene_serve_again(scene, COUNTED_CANARY, "v1.6.0");
    wait_until(loop, sight, is_silent, false);
    assert_int_equal(sight->maker->restarts[ARM_CANARY], 1);
    test_prometheus_stop(&scene->prometheus);
    wait_until(loop, sight, is_troubled, true);
    assert_non_null(strstr(words_of(sight), "Prometheus: "));
}

static void a_rollout_is_judged_by_what_prometheus_has_scraped(void **state) {
    (void)state;
    struct counted_scene scene;
    struct sight sight;
    char url[64];
    counted_scene_init_by_prometheus(&scene);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", scene.prometheus.port);
    sight_init(&sight, scene.rollout.loop, url);
    wait_until(scene.rollout.loop, &sight, has_counted, 100);
    assert_false(has_failed(&sight, 1));
    uint32_t answered = users_result(scene.users[COUNTED_CANARY]).answered;
    assert_true(sight.total.trials[ARM_CANARY][HARM_ERRORS].count <= answered);
    assert_non_null(strstr(words_of(&sight), "Prometheus takes one every 0.2"));
    see_it_judged(&scene);
    wait_until(scene.rollout.loop, &sight, has_failed, 5);
    see_it_die(&scene, &sight);
    sight_clear(&sight);
    counted_scene_clear(&scene);
}

/* Others */

static void hostile_answers_are_said_and_never_counted(void **state) {
    (void)state;
    static const char *const cases[] = {
        "slow-body",     "hang-after-header", "reset-in-header", "reset-in-body",
        "infinite-body", "json-depth",        "json-large",      "gzip-bomb",
        "empty-200",     "json-escapes",      "204-with-body",   "length-long"};
    enum { CASES = sizeof cases / sizeof *cases };
    struct hostile *hostile = hostile_new();
    struct loop *loop = loop_new();
    struct sight sights[CASES];
    for (int i = 0; i < CASES; i++) {
        char url[TARGET_URL_SIZE];
        hostile_url(hostile, cases[i], url, sizeof url);
        text_copy_cut(url + strlen(url), sizeof url - strlen(url), "?");
        sight_init(&sights[i], loop, url);
    }
    for (int i = 0; i < CASES; i++) {
        wait_until(loop, &sights[i], is_troubled, true);
        const char *words = words_of(&sights[i]);
        if (strncmp(words, "Prometheus: ", 12) != 0) fail_msg("%s", cases[i]);
        for (const char *at = words; *at; at++) assert_true((unsigned char)*at >= ' ');
        assert_int_equal(sights[i].blocks, 0);
        assert_int_equal(block_maker_count(sights[i].maker, ARM_CANARY), 0);
    }
    for (int i = 0; i < CASES; i++) sight_clear(&sights[i]);
    loop_free(loop);
    hostile_free(hostile);
}

/* What the made-up server says next. */
static struct {
    double ahead_s;       /* its clock, before ours */
    double at_s;          /* of the sample; 0 for now */
    const char *requests; /* NULL: ten more each time */
    const char *more;     /* a further label of what tells when it began */
} made_up;

static void tell(uint32_t count, char *body, size_t size) {
    char counted[32];
    double at_s = (double)loop_wall_ms() / 1000 + made_up.ahead_s;
    if (made_up.at_s > 0) at_s = made_up.at_s;
    snprintf(counted, sizeof counted, "%u", 10 * count);
    snprintf(
        body, size,
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
        "{\"metric\":{\"__name__\":\"agent_requests_total\",\"instance\":\"a:1\","
        "\"status\":\"success\"},\"values\":[[%.3f,\"%s\"]]},"
        "{\"metric\":{\"__name__\":\"agent_requests_total\",\"instance\":\"a:1\","
        "\"status\":\"error\"},\"values\":[[%.3f,\"0\"]]},"
        "{\"metric\":{\"__name__\":\"process_start_time_seconds\",%s"
        "\"instance\":\"a:1\"},\"values\":[[%.3f,\"1700000000\"]]},"
        "{\"metric\":{\"__name__\":\"process_start_time_seconds\","
        "\"instance\":\"a:1\"},\"values\":[[%.3f,\"1700000000\"]]}]}}",
        at_s, made_up.requests ? made_up.requests : counted, at_s,
        made_up.more ? made_up.more : "", made_up.more ? at_s : 1.0, at_s);
}

static bool is_as_old(const struct sight *sight, uint64_t age_ms) {
    return block_look_at(sight->maker, loop_clock_ns()).age_ms >= age_ms;
}

static bool is_as_young(const struct sight *sight, uint64_t age_ms) {
    return block_look_at(sight->maker, loop_clock_ns()).age_ms <= age_ms;
}

static bool has_fallen(const struct sight *sight, uint64_t count) {
    return sight->maker->fallen >= count;
}

static bool is_doubled(const struct sight *sight, uint64_t yes) {
    const struct block_look look = block_look_at(sight->maker, loop_clock_ns());
    bool is_it = strstr(look.words, "more than once by its selector") != NULL;
    return (is_it && look.contradicts) == (yes != 0);
}

static bool says(const struct sight *sight, uint64_t status) {
    const char *words =
        status == 422 ? "Prometheus: execution: too many" : "Prometheus: HTTP 503";
    return strncmp(words_of(sight), words, strlen(words)) == 0;
}

static void clocks_and_numbers_that_are_off_make_nothing_good(void **state) {
    (void)state;
    static const char path[] = "/at/prometheus/api/v1/query";
    struct loop *loop = loop_new();
    struct service *service = service_new(loop, 0);
    struct sight sight;
    char url[TARGET_URL_SIZE];
    memset(&made_up, 0, sizeof made_up);
    service_url(service, url, sizeof url);
    text_copy_cut(url + strlen(url), sizeof url - strlen(url), "/at/prometheus/");
    made_up.ahead_s = 60;
    service_answer_with(service, path, "application/json", tell);
    sight_init(&sight, loop, url);
    wait_until(loop, &sight, has_blocks, 3);
    /* What is dated a minute ahead grows old all the same. */
    made_up.at_s = (double)loop_wall_ms() / 1000 + 60;
    wait_until(loop, &sight, is_as_old, 300);
    made_up.at_s = 0;
    /* A clock that was a day ahead and is set right: what comes then is new again. */
    made_up.ahead_s = 86400;
    wait_until(loop, &sight, has_blocks, sight.blocks + 2);
    made_up.ahead_s = 0;
    wait_until(loop, &sight, has_blocks, sight.blocks + 2);
    wait_until(loop, &sight, is_as_young, 5000);

    uint64_t counted = sight.total.trials[ARM_CANARY][HARM_ERRORS].count;
    made_up.requests = "NaN";
    wait_until(loop, &sight, has_blocks, sight.blocks + 3);
    assert_true(sight.total.trials[ARM_CANARY][HARM_ERRORS].count <= counted + 20);
    made_up.requests = "1000000000";
    wait_until(loop, &sight, has_blocks, sight.blocks + 3);
    made_up.requests = "1"; /* of the same process */
    wait_until(loop, &sight, has_fallen, 1);
    made_up.more = "\"replica\":\"2\",";
    wait_until(loop, &sight, is_doubled, true);
    service_answer(
        service, path, 422, "application/json",
        "{\"status\":\"error\",\"errorType\":\"execution\","
        "\"error\":\"too many \\u202esamples\"}");
    wait_until(loop, &sight, says, 422);
    assert_null(strstr(words_of(&sight), "\xE2\x80\xAE"));
    service_answer(service, path, 503, "text/html", "<html>");
    wait_until(loop, &sight, says, 503);
    assert_false(service_was_written_to(service));
    sight_clear(&sight);
    service_free(service);
    loop_free(loop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_answers_are_said_and_never_counted),
        cmocka_unit_test(clocks_and_numbers_that_are_off_make_nothing_good),
        cmocka_unit_test(a_rollout_is_judged_by_what_prometheus_has_scraped),
    };
    if (access("/usr/bin/prometheus", X_OK) != 0) {
        fprintf(stderr, "there is no prometheus\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
