/* A real HAProxy with the generated configuration, two servers and users who do not
 * stop: what a rollout does to them, and what it sees of it. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/router.h"
#include "control/traffic.h"
#include "core/split_check.h"
#include "io/loop.h"
#include "support/odd_server.h"
#include "support/test_haproxy.h"
#include "support/until.h"
#include "support/users.h"

enum { SEEN_MAX = 100000, SALT = 7, USERS = 4000, PHASE_UNITS = 800, LEASE_S = 4 };

struct scene {
    struct loop *loop;
    struct odd_server servers[TRACK_COUNT];
    char addresses[TRACK_COUNT][32];
    const char *places[TRACK_COUNT];
    struct test_haproxy haproxy;
    struct target *target;
    struct router *router;
    struct traffic *traffic;
    struct users *users;
    struct router_done done;
    uint32_t salt;
    uint32_t count;
    struct observation *seen; /* SEEN_MAX */
};

static void on_observation(void *owner, const struct observation *seen) {
    struct scene *scene = owner;
    assert_true(scene->count < SEEN_MAX);
    scene->seen[scene->count++] = *seen;
}

static void on_done(void *owner, const struct router_done *done) {
    struct scene *scene = owner;
    scene->done = *done;
    loop_stop(scene->loop);
}

static void start_haproxy(struct scene *scene, void (*spoil)(struct buffer *)) {
    struct haproxy_plan plan;
    haproxy_plan_init(&plan);
    plan.lease_s = LEASE_S;
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        odd_server_start(&scene->servers[track], ODD_GOOD);
        struct text address = TEXT_IN(scene->addresses[track]);
        text_addf(&address, "127.0.0.1:%u", scene->servers[track].port);
        scene->places[track] = scene->addresses[track];
        plan.servers[track] = &scene->places[track];
        plan.server_counts[track] = 1;
    }
    test_haproxy_start_plan(&scene->haproxy, &plan, spoil);
}

static void tear_down(struct scene *scene) {
    users_free(scene->users);
    traffic_free(scene->traffic);
    haproxy_router.free(scene->router);
    test_haproxy_stop(&scene->haproxy);
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        if (scene->servers[track].pid > 0) odd_server_stop(&scene->servers[track]);
    }
    loop_free(scene->loop);
    free(scene->target);
    free(scene->seen);
}

static void set_weight(struct scene *scene, uint32_t before_bp, uint32_t weight_bp) {
    const struct router_intent intent = {
        .epoch = 1,
        .before_bp = before_bp,
        .weight_bp = weight_bp,
        .salt = scene->salt};
    haproxy_router.set(scene->router, &intent, on_done, scene);
    loop_run(scene->loop);
    if (scene->done.outcome != ROUTER_DONE) fail_msg("%s", scene->done.error.message);
}

static void wait_until(struct scene *scene, until_fn holds, uint64_t value) {
    if (until(scene->loop, holds, scene, value)) return;
    fail_msg("%u seen: %s", scene->count, traffic_look(scene->traffic).words);
}

static bool has_seen(const void *what, uint64_t count) {
    const struct scene *scene = what;
    return scene->count >= count;
}

static bool is_quiet(const void *what, uint64_t count) {
    const struct scene *scene = what;
    (void)count;
    struct users_result result = users_result(scene->users);
    return users_wait_for_nothing(scene->users) &&
           scene->count >= result.answered + result.failed;
}

static bool is_at_zero(const void *what, uint64_t from) {
    const struct scene *scene = what;
    for (uint64_t i = from; i < scene->count; i++) {
        if (scene->seen[i].weight_bp == 0) return true;
    }
    return false;
}

static bool has_strayed(const void *what, uint64_t count) {
    const struct scene *scene = what;
    return traffic_look(scene->traffic).feeds[ARM_CANARY].tally.strayed >= count;
}

/* What was logged before is nobody's. */
static bool is_connected(const void *what, uint64_t value) {
    const struct scene *scene = what;
    (void)value;
    return !traffic_look(scene->traffic).is_unplugged;
}

static void follow(struct scene *scene, uint32_t salt) {
    struct error err = {0};
    const struct traffic_options options = {
        .salt = salt, .on_observation = on_observation, .owner = scene};
    traffic_free(scene->traffic);
    scene->salt = salt;
    scene->traffic = traffic_new(scene->loop, scene->target, &options, &err);
    assert_non_null(scene->traffic);
    wait_until(scene, is_connected, 0);
}

static void set_up(
    struct scene *scene, const struct users_options *who,
    void (*spoil)(struct buffer *)) {
    struct error err = {0};
    char log[TEST_PATH_SIZE];
    *scene = (struct scene){.loop = loop_new()};
    scene->seen = memory_new_array(SEEN_MAX, sizeof *scene->seen);
    start_haproxy(scene, spoil);
    scene->target = memory_new(sizeof *scene->target);
    target_init(scene->target);
    struct target_split *split = &scene->target->split;
    test_folder_path(&scene->haproxy.folder, "canary.sock", log);
    text_copy(split->socket, sizeof split->socket, scene->haproxy.socket);
    text_copy(split->log, sizeof split->log, log);
    text_copy(split->table, sizeof split->table, "canary_lease");
    text_copy(split->stable, sizeof split->stable, "stable");
    text_copy(split->canary, sizeof split->canary, "canary");
    const struct router_options place = {scene->loop, scene->target, NULL};
    scene->router = haproxy_router.start(&place, &err);
    assert_non_null(scene->router);
    follow(scene, SALT);
    struct users_options options = *who;
    options.port = scene->haproxy.port;
    scene->users = users_new(scene->loop, &options);
}

static void watch_phase(struct scene *scene) {
    wait_until(scene, has_seen, scene->count + PHASE_UNITS);
}

static void come_to_rest(struct scene *scene) {
    users_rest(scene->users);
    wait_until(scene, is_quiet, 0);
}

/* Counting what was seen */

static uint32_t count_at(
    const struct scene *scene, uint32_t weight_bp, bool on_canary_only) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < scene->count; i++) {
        const struct observation *seen = &scene->seen[i];
        if (seen->weight_bp != weight_bp) continue;
        if (!on_canary_only || seen->assigned == ARM_CANARY) count++;
    }
    return count;
}

static uint32_t count_failures(const struct scene *scene, enum arm arm) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < scene->count; i++) {
        const struct observation *seen = &scene->seen[i];
        if (seen->assigned == arm && seen->failed != 0) count++;
    }
    return count;
}

/* Within five standard deviations of the share of so many users. */
static void assert_share(const struct scene *scene, uint32_t weight_bp) {
    double all = count_at(scene, weight_bp, false);
    double share = count_at(scene, weight_bp, true) / all, asked = weight_bp / 1e4;
    assert_true(all >= PHASE_UNITS / 2.0);
    double room = 5 * sqrt(asked * (1 - asked) * (1 / all + 1.0 / USERS));
    if (fabs(share - asked) > room) fail_msg("%f is not %f", share, asked);
}

static int by_user(const void *left, const void *right) {
    const struct observation *a = left, *b = right;
    return (a->user > b->user) - (a->user < b->user);
}

/* Who is on the canary at some weight is on it at every higher one. */
static void assert_monotone(struct scene *scene) {
    qsort(scene->seen, scene->count, sizeof *scene->seen, by_user);
    uint32_t canary_from = UINT32_MAX, stable_to = 0, users = 0;
    for (uint32_t i = 0; i < scene->count; i++) {
        const struct observation *seen = &scene->seen[i];
        if (i == 0 || seen->user != seen[-1].user) {
            canary_from = UINT32_MAX;
            stable_to = 0;
            users++;
        }
        bool canary = seen->assigned == ARM_CANARY;
        if (canary && seen->weight_bp < canary_from) canary_from = seen->weight_bp;
        if (!canary && seen->weight_bp > stable_to) stable_to = seen->weight_bp;
        assert_true(stable_to < canary_from);
    }
    assert_true(users > USERS / 4);
}

static const struct users_options named = {.count = USERS};

static void a_live_raise_fails_nobody_and_is_seen(void **state) {
    (void)state;
    static const uint32_t weights[] = {500, 2500, 5000, 500};
    struct scene scene;
    uint32_t before_bp = 0;
    set_up(&scene, &named, NULL);
    users_go_on(scene.users);
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
        set_weight(&scene, before_bp, weights[i]);
        watch_phase(&scene);
        before_bp = weights[i];
    }
    come_to_rest(&scene);
    struct users_result result = users_result(scene.users);
    struct traffic_state traffic = traffic_look(scene.traffic);
    assert_int_equal(result.failed, 0);
    assert_int_equal(scene.count, result.answered); /* each of them was seen */
    assert_int_equal(traffic.lost, 0);
    assert_int_equal(traffic.contradictory, 0);
    assert_share(&scene, 500);
    assert_share(&scene, 2500);
    assert_share(&scene, 5000);
    assert_monotone(&scene);
    tear_down(&scene);
}

static void a_lease_that_nobody_renews_sends_all_to_stable(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene, &named, NULL);
    users_go_on(scene.users);
    set_weight(&scene, 0, 5000);
    watch_phase(&scene); /* until what began before the raise has ended */
    wait_until(&scene, is_at_zero, scene.count);
    uint32_t lapsed = scene.count;
    watch_phase(&scene);
    come_to_rest(&scene);
    assert_int_equal(users_result(scene.users).failed, 0);
    assert_share(&scene, 5000);
    uint32_t under_way = 0; /* as the lease ran out */
    for (uint32_t i = lapsed; i < scene.count; i++) {
        under_way += scene.seen[i].assigned == ARM_CANARY;
    }
    assert_true(under_way < USERS_AT_ONCE);
    tear_down(&scene);
}

static void a_killed_canary_fails_nobody_but_itself(void **state) {
    (void)state;
    struct scene scene;
    const struct users_options careful = {.count = USERS, .careful = true};
    set_up(&scene, &careful, NULL);
    users_go_on(scene.users);
    set_weight(&scene, 0, 2500);
    watch_phase(&scene);
    assert_int_equal(count_failures(&scene, ARM_CANARY), 0);
    odd_server_stop(&scene.servers[TRACK_CANARY]); /* by SIGKILL */
    scene.servers[TRACK_CANARY].pid = 0;
    wait_until(&scene, has_strayed, 20);
    come_to_rest(&scene);
    assert_int_equal(users_result(scene.users).failed, 0);
    assert_true(count_failures(&scene, ARM_CANARY) >= 20);
    assert_int_equal(count_failures(&scene, ARM_STABLE), 0);
    assert_share(&scene, 2500); /* by assignment, whoever answered */
    tear_down(&scene);
}

/* The side of each of the first users; what is asked in turn is seen in turn. */
enum { ROLL = 200 };

static void call_roll(struct scene *scene, struct users *users, enum arm sides[ROLL]) {
    uint32_t from = scene->count;
    for (uint32_t user = 0; user < ROLL; user++) {
        assert_true(users_ask_once(users, user));
    }
    wait_until(scene, has_seen, from + ROLL);
    for (uint32_t i = 0; i < ROLL; i++) sides[i] = scene->seen[from + i].assigned;
}

static uint32_t count_moved(const enum arm before[ROLL], const enum arm after[ROLL]) {
    uint32_t moved = 0;
    for (uint32_t i = 0; i < ROLL; i++) moved += before[i] != after[i];
    return moved;
}

static void a_salt_draws_other_users_and_a_body_names_the_same(void **state) {
    (void)state;
    struct scene scene;
    enum arm by_header[ROLL], by_body[ROLL], other[ROLL];
    set_up(&scene, &named, NULL);
    const struct users_options written = {
        .port = scene.haproxy.port, .count = USERS, .in_body = true};
    struct users *writers = users_new(scene.loop, &written);
    set_weight(&scene, 0, 5000);
    call_roll(&scene, scene.users, by_header);
    set_weight(&scene, 5000, 5000);
    call_roll(&scene, writers, by_body);
    assert_int_equal(count_moved(by_header, by_body), 0);
    set_weight(&scene, 5000, 0);
    follow(&scene, SALT + 1);
    set_weight(&scene, 0, 5000);
    call_roll(&scene, scene.users, other);
    uint32_t moved = count_moved(by_header, other); /* half of them, about */
    assert_in_range(moved, ROLL / 4, ROLL * 3 / 4);
    users_free(writers);
    tear_down(&scene);
}

/* Whoever comes from one address is pinned to one side, as behind a balancer that sees
 * connections and no requests. */
static void pin_by_address(struct buffer *config) {
    static const char lot[] = "rand(10000)";
    const char *at = strstr(buffer_string(config), lot);
    assert_non_null(at);
    struct buffer pinned;
    buffer_init(&pinned, config->limit);
    buffer_add(&pinned, config->data, (size_t)(at - config->data));
    buffer_add_string(&pinned, "src,xxh32(42),mod(10000)");
    buffer_add_string(&pinned, at + sizeof lot - 1);
    buffer_clear(config);
    *config = pinned;
}

static bool breaks_the_split(void (*spoil)(struct buffer *config)) {
    struct scene scene;
    struct split_check check = {0};
    const struct users_options strangers = {.count = 0};
    set_up(&scene, &strangers, spoil);
    users_go_on(scene.users);
    set_weight(&scene, 0, 2500);
    watch_phase(&scene);
    come_to_rest(&scene);
    split_check_start_step(&check, 2500);
    for (uint32_t i = 0; i < scene.count; i++) {
        if (scene.seen[i].weight_bp != 2500) continue;
        split_check_add(&check, scene.seen[i].served == ARM_CANARY);
    }
    tear_down(&scene);
    return split_check_is_broken(&check);
}

static void a_pinned_client_breaks_the_split(void **state) {
    (void)state;
    assert_true(breaks_the_split(pin_by_address));
    assert_false(breaks_the_split(NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_live_raise_fails_nobody_and_is_seen),
        cmocka_unit_test(a_lease_that_nobody_renews_sends_all_to_stable),
        cmocka_unit_test(a_killed_canary_fails_nobody_but_itself),
        cmocka_unit_test(a_salt_draws_other_users_and_a_body_names_the_same),
        cmocka_unit_test(a_pinned_client_breaks_the_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
