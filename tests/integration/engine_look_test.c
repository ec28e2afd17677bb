/* One look of the engine: when it ends, and whether it saw everything. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "engine.h"
#include "io/loop.h"
#include "support/service.h"
#include "support/world.h"

/* How the last look ended. */
static bool looked_whole;

static void on_looked(void *owner, bool whole) {
    struct world *world = owner;
    looked_whole = whole;
    world->happened = true;
    loop_stop(world->loop);
}

static void metrics(uint32_t count, char *body, size_t size) {
    snprintf(
        body, size,
        "# TYPE agent_requests_total counter\n"
        "agent_requests_total{status=\"success\"} %u\n",
        count * 10);
}

static void serve(struct world *world, struct service *service) {
    struct target_track *track = &world->target->tracks[TRACK_STABLE];
    service_answer(service, "/health", 200, "text/plain", "ok");
    service_answer_with(service, "/metrics", "text/plain; version=0.0.4", metrics);
    service_url(service, track->urls[track->url_count++], TARGET_URL_SIZE);
}

static void one_look_ends_when_everything_was_asked_twice(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    struct service *service = service_new(world.loop, 0);
    serve(&world, service);
    world_watch(&world);
    engine_look(world.engine, 8 * NS_PER_S, on_looked, &world);
    uint64_t before_ns = loop_clock_ns();
    world_run(&world, 9 * NS_PER_S);
    assert_true(world.happened);
    assert_true(looked_whole);
    assert_true(loop_clock_ns() - before_ns < 3 * NS_PER_S);
    assert_true(service_asked(service, "/metrics") >= 2);
    assert_true(!isnan(world.model->state.values[TRACK_STABLE][METRIC_RPS]));

    engine_look(world.engine, 100 * NS_PER_MS, on_looked, &world);
    service_free(service);
    engine_stop(world.engine);
    world_clear(&world);
}

/* Two processes that take turns. */
static void alternating(uint32_t count, char *body, size_t size) {
    bool first = count % 2 == 0;
    snprintf(
        body, size,
        "process_start_time_seconds %d\nagent_requests_total{status=\"success\"} %u\n",
        first ? 1000 : 2000, (first ? 500U : 90U) + count);
}

static void look_once(struct world *world) {
    world->one_look = true;
    world->target->poll_health_ns = world->target->poll_metrics_ns = 2 * NS_PER_S;
    world_watch(world);
    engine_look(world->engine, 8 * NS_PER_S, on_looked, world);
    world_run(world, 9 * NS_PER_S);
    assert_true(world->happened);
}

static void one_look_says_that_several_processes_answer(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    struct service *service = service_new(world.loop, 0);
    serve(&world, service);
    service_answer_with(service, "/metrics", "text/plain", alternating);
    look_once(&world);
    assert_true(world.model->state.mixed[TRACK_STABLE]);
    assert_true(isnan(world.model->state.values[TRACK_STABLE][METRIC_RPS]));
    service_free(service);
    world_clear(&world);
}

static void one_look_takes_one_process_for_one(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    struct service *service = service_new(world.loop, 0);
    serve(&world, service);
    look_once(&world);
    assert_false(world.model->state.mixed[TRACK_STABLE]);
    assert_true(!isnan(world.model->state.values[TRACK_STABLE][METRIC_RPS]));
    service_free(service);
    world_clear(&world);
}

static void one_scrape_makes_no_whole_look(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    world.target->poll_metrics_ns = 20 * NS_PER_S;
    struct service *service = service_new(world.loop, 0);
    serve(&world, service);
    world_watch(&world);
    engine_look(world.engine, NS_PER_S, on_looked, &world);
    world_run(&world, 9 * NS_PER_S);
    assert_true(world.happened);
    assert_false(looked_whole);
    assert_int_equal(service_asked(service, "/metrics"), 1);
    service_free(service);
    world_clear(&world);
}

static void a_look_at_nobody_ends_at_its_limit(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    world_watch(&world);
    engine_look(world.engine, 200 * NS_PER_MS, on_looked, &world);
    world_run(&world, 5 * NS_PER_S);
    assert_true(world.happened);
    assert_false(looked_whole);
    world_clear(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_look_ends_when_everything_was_asked_twice),
        cmocka_unit_test(one_look_says_that_several_processes_answer),
        cmocka_unit_test(one_look_takes_one_process_for_one),
        cmocka_unit_test(one_scrape_makes_no_whole_look),
        cmocka_unit_test(a_look_at_nobody_ends_at_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
