/* A real HAProxy with all its traffic on the canary, and users who go away in the
 * middle of what it streams to them. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/router.h"
#include "control/traffic.h"
#include "io/loop.h"
#include "support/odd_server.h"
#include "support/test_haproxy.h"
#include "support/until.h"
#include "support/users.h"

enum { SALT = 7, LEASE_S = 60, ALL_BP = 10000, USERS = 1000, ROUNDS = 50 };

struct scene {
    struct loop *loop;
    struct odd_server servers[TRACK_COUNT];
    struct test_haproxy haproxy;
    struct target *target;
    struct router *router;
    struct traffic *traffic;
    struct router_done done;
    uint32_t seen, unfinished, failed; /* of the canary */
};

static void on_observation(void *owner, const struct observation *seen) {
    struct scene *scene = owner;
    if (seen->assigned != ARM_CANARY) return;
    scene->seen++;
    scene->unfinished += seen->is_running;
    scene->failed += seen->failed != 0;
}

static void on_done(void *owner, const struct router_done *done) {
    struct scene *scene = owner;
    scene->done = *done;
    loop_stop(scene->loop);
}

static void start_haproxy(struct scene *scene) {
    char addresses[TRACK_COUNT][32];
    const char *places[TRACK_COUNT];
    struct haproxy_plan plan;
    haproxy_plan_init(&plan);
    plan.lease_s = LEASE_S;
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        odd_server_start(
            &scene->servers[track], track == TRACK_CANARY ? ODD_STREAM : ODD_GOOD);
        struct text address = TEXT_IN(addresses[track]);
        text_addf(&address, "127.0.0.1:%u", scene->servers[track].port);
        places[track] = addresses[track];
        plan.servers[track] = &places[track];
        plan.server_counts[track] = 1;
    }
    test_haproxy_start_plan(&scene->haproxy, &plan, NULL);
}

static void name_split(struct scene *scene) {
    char log[TEST_PATH_SIZE];
    struct target_split *split = &scene->target->split;
    test_folder_path(&scene->haproxy.folder, "canary.sock", log);
    text_copy(split->socket, sizeof split->socket, scene->haproxy.socket);
    text_copy(split->log, sizeof split->log, log);
    text_copy(split->table, sizeof split->table, "canary_lease");
    text_copy(split->stable, sizeof split->stable, "stable");
    text_copy(split->canary, sizeof split->canary, "canary");
}

static bool is_connected(const void *what, uint64_t value) {
    const struct scene *scene = what;
    (void)value;
    return !traffic_look(scene->traffic).is_unplugged;
}

static void set_up(struct scene *scene) {
    struct error err = {0};
    *scene = (struct scene){.loop = loop_new()};
    start_haproxy(scene);
    scene->target = memory_new(sizeof *scene->target);
    target_init(scene->target);
    name_split(scene);
    const struct router_options place = {scene->loop, scene->target, NULL};
    scene->router = haproxy_router.start(&place, &err);
    assert_non_null(scene->router);
    const struct traffic_options options = {
        .salt = SALT, .on_observation = on_observation, .owner = scene};
    scene->traffic = traffic_new(scene->loop, scene->target, &options, &err);
    assert_non_null(scene->traffic);
    assert_true(until(scene->loop, is_connected, scene, 0));
    const struct router_intent intent = {.epoch = 1, .weight_bp = ALL_BP, .salt = SALT};
    haproxy_router.set(scene->router, &intent, on_done, scene);
    loop_run(scene->loop);
    assert_int_equal(scene->done.outcome, ROUTER_DONE);
}

static void tear_down(struct scene *scene) {
    traffic_free(scene->traffic);
    haproxy_router.free(scene->router);
    test_haproxy_stop(&scene->haproxy);
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        odd_server_stop(&scene->servers[track]);
    }
    loop_free(scene->loop);
    free(scene->target);
}

static bool has_seen(const void *what, uint64_t count) {
    const struct scene *scene = what;
    return scene->seen >= count;
}

static struct rollout_tally tally_of(const struct scene *scene, enum arm arm) {
    return traffic_look(scene->traffic).feeds[arm].tally;
}

static bool has_left(const void *what, uint64_t count) {
    return tally_of(what, ARM_CANARY).clients_left >= count;
}

static bool has_asked(const void *what, uint64_t count) {
    const struct scene *scene = what;
    return scene->servers[TRACK_CANARY].counts->requests >= count;
}

/* In the midst of a stream, unless this test has to wait for the machine. Some of what
 * is asked there are checks: only half of it is waited for. */
static void come_and_leave(struct scene *scene) {
    const struct users_options options = {.port = scene->haproxy.port, .count = USERS};
    struct users *users = users_new(scene->loop, &options);
    uint32_t asked = scene->servers[TRACK_CANARY].counts->requests, seen = scene->seen;
    users_go_on(users);
    bool came = until(scene->loop, has_asked, scene, asked + USERS_AT_ONCE);
    users_free(users);
    assert_true(came);
    assert_true(until(scene->loop, has_seen, scene, seen + USERS_AT_ONCE / 2));
}

static void who_leaves_is_left_out_and_no_failure(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    for (unsigned i = 0; i < ROUNDS && !has_left(&scene, 1); i++) {
        come_and_leave(&scene);
    }
    struct rollout_tally canary = tally_of(&scene, ARM_CANARY);
    assert_true(canary.known);
    assert_true(canary.clients_left > 0);
    assert_int_equal(canary.clients_left, scene.unfinished);
    assert_int_equal(canary.limited, 0);
    assert_int_equal(canary.strayed, 0);
    assert_int_equal(tally_of(&scene, ARM_STABLE).clients_left, 0);
    assert_int_equal(scene.failed, 0);
    tear_down(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_leaves_is_left_out_and_no_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
