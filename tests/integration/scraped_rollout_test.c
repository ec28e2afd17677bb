/* A rollout whose router has no log: a real controller judges by the metrics of real
 * agents, while real users ask both of them. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "config.h"
#include "core/ulid.h"
#include "io/loop.h"
#include "support/recorded_rollout.h"
#include "support/rollout_scene.h"
#include "support/test_stack.h"
#include "support/users.h"

#define AGENT (BINARIES_FOLDER "/flightdeck-agent")

enum { STABLE, CANARY, SIDES };

/* It keeps the weight; who asks whom is settled by the users. */
static const char script[] = "cd \"$1\" || exit 9\n"
                             "case $2 in\n"
                             "set) echo \"$3 $4\" >weight ;;\n"
                             "get) cat weight 2>/dev/null || echo 0 ;;\n"
                             "esac\n";

struct scene {
    struct rollout_scene rollout; /* without its demo */
    struct test_stack stack;
    struct test_folder folder;
    struct users *users[SIDES];
};

static void write_config(const struct scene *scene) {
    char config[2048], divide[TEST_PATH_SIZE];
    const char *folder = scene->folder.path;
    test_folder_path(&scene->folder, "divide", divide);
    int length = snprintf(
        config, sizeof config,
        "version: 1\n"
        "targets:\n"
        "  counted:\n"
        "    class: local\n"
        "    url: %s\n"
        "    tracks: {stable: {urls: [\"%s\"]}, canary: {urls: [\"%s\"]}}\n"
        "    split:\n"
        "      command:\n"
        "        set: [sh, %s, %s, set, \"${weight}\", \"${epoch}\"]\n"
        "        get: [sh, %s, %s, get]\n"
        "    rollout: {socket: %s/rollout.sock}\n",
        scene->stack.urls[STABLE], scene->stack.urls[STABLE], scene->stack.urls[CANARY],
        divide, folder, divide, folder, folder);
    assert_true(length > 0 && (size_t)length < sizeof config);
    test_folder_write(&scene->folder, "divide", script);
    test_folder_write(&scene->folder, "config.yaml", config);
}

static void read_config(struct scene *scene) {
    struct rollout_scene *rollout = &scene->rollout;
    struct rollout_launch *launch = rollout->launch;
    struct error err = {0};
    char path[TEST_PATH_SIZE];
    test_folder_path(&scene->folder, "config.yaml", path);
    struct config *config = config_read(path, &err);
    if (!config || !config_choose(config, "counted", NULL, &err)) {
        fail_msg("%s", err.message);
    }
    launch->target = *config_target(config);
    text_copy_cut(launch->config, sizeof launch->config, path);
    text_copy_cut(rollout->place, sizeof rollout->place, launch->target.rollout_socket);
    config_free(config);
}

static void make_plan(struct rollout_plan *plan) {
    uint8_t id[ULID_SIZE], random[ULID_RANDOM_SIZE];
    *plan = (struct rollout_plan){
        .target = "counted",
        .from = "v1.5.0",
        .to = "v1.6.0",
        .holder = "ann",
        .host = "ops1",
        .step_count = 3,
        .steps = {{500}, {2500}, {10000}},
        .hold_each_ns = NS_PER_S,
        .max_each_ns = 600 * NS_PER_S,
        .keep_previous_ns = 3600 * NS_PER_S,
        .stale_ns = 5 * NS_PER_S,
        .blind_max_ns = 120 * NS_PER_S,
        .alpha = 0.01,
        .material = 1.5,
        .budget_ratio = 0.19,
    };
    loop_random(random, sizeof random);
    ulid_make(id, loop_wall_ms(), random);
    ulid_to_string(id, plan->id);
}

static void enter_home(const struct test_folder *folder) {
    static const char *const folders[] = {
        "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        setenv(folders[i], folder->path, 1); /* NOLINT(concurrency-mt-unsafe) */
    }
}

static void set_up(struct scene *scene) {
    static const char *const releases[SIDES] = {"v1.5.0", "v1.6.0"};
    memset(scene, 0, sizeof *scene);
    test_folder_init(&scene->folder);
    enter_home(&scene->folder);
    test_stack_start(&scene->stack, AGENT, "fixed:100ms");
    scene->rollout.loop = loop_new();
    scene->rollout.launch = memory_new(sizeof *scene->rollout.launch);
    for (unsigned i = 0; i < SIDES; i++) {
        test_stack_serve(&scene->stack, i, releases[i], NULL);
        const struct users_options options = {
            .port = (uint16_t)strtoul(strrchr(scene->stack.urls[i], ':') + 1, NULL, 10),
            .count = 1000,
            .in_body = true,
        };
        scene->users[i] = users_new(scene->rollout.loop, &options);
        users_go_on(scene->users[i]);
    }
    write_config(scene);
    read_config(scene);
    make_plan(&scene->rollout.launch->plan);
}

static void tear_down(struct scene *scene) {
    for (unsigned i = 0; i < SIDES; i++) users_free(scene->users[i]);
    rollout_scene_kill(&scene->rollout);
    loop_free(scene->rollout.loop);
    free(scene->rollout.launch);
    test_stack_stop(&scene->stack);
    test_folder_clear(&scene->folder);
}

static void wait_for(
    struct scene *scene, enum rollout_phase phase, enum rollout_hold hold) {
    const struct rollout_goal wish = {.phase = phase, .hold = hold};
    rollout_scene_wait(&scene->rollout, &wish);
}

/* Turns until so many requests of either side have been compared. */
static void watch_until(struct scene *scene, uint64_t stable, uint64_t canary) {
    struct rollout_status *status = &scene->rollout.status;
    while (status->metrics[0].stable_units < stable ||
           status->metrics[0].canary_units < canary) {
        status->phase = ROLLOUT_IDLE; /* the next one that is published */
        wait_for(scene, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD);
    }
}

static void a_healthy_version_is_promoted_by_what_it_counts(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    assert_true(rollout_scene_start(&scene.rollout));
    wait_for(&scene, ROLLOUT_DONE, ROLLOUT_NOT_HELD);
    const struct rollout_metric *errors = &scene.rollout.status.metrics[0];
    assert_string_equal(errors->name, "errors");
    assert_true(errors->canary_units > 0 && errors->stable_units > 0);
    assert_true(users_result(scene.users[CANARY]).answered >= errors->canary_units);
    assert_int_equal(errors->canary_failed, 0);
    tear_down(&scene);
}

/* From the counts that were recorded the same comes out, at the same count. */
static void expect_same_analysis(const struct scene *scene) {
    struct rollout_analysis *analysis =
        recorded_rollout_analyze(scene->rollout.status.id);
    assert_false(analysis->known_assignment);
    assert_int_equal(analysis->stretch_count, 1);
    const struct rollout_stretch *stretch = &analysis->stretches[0];
    assert_int_equal(stretch->would.end, ROLLOUT_END_BACK);
    assert_true(stretch->would.requests >= 100);
    assert_int_equal(stretch->would.requests, stretch->ran.requests);
    assert_string_equal(stretch->ran.why, scene->rollout.status.reason);
    free(analysis);
}

static void a_harmful_version_is_taken_back_by_what_it_counts(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    scene.rollout.launch->plan.manual = true;
    assert_true(rollout_scene_start(&scene.rollout));
    wait_for(&scene, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD);
    watch_until(&scene, 100, 100);
    assert_true(scene.rollout.status.harm < scene.rollout.status.harm_limit);
    test_stack_fault(&scene.stack, "{\"version\":\"v1.6.0\",\"error\":0.3}");
    wait_for(&scene, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD);
    if (!strstr(scene.rollout.status.reason, "evidence of harm")) {
        fail_msg("%s", scene.rollout.status.reason);
    }
    assert_non_null(strstr(scene.rollout.status.reason, "errors"));
    expect_same_analysis(&scene);
    tear_down(&scene);
}

static void serve_again(struct scene *scene, unsigned side, const char *release) {
    char address[TEST_URL_SIZE];
    text_copy_cut(address, sizeof address, strstr(scene->stack.urls[side], "127"));
    const char *const again[] = {"--listen", address, NULL};
    test_stack_serve(&scene->stack, side, release, again);
}

/* What it would have told is not known: neither good nor bad. */
static void an_instance_that_died_makes_it_blind_until_it_is_back(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    scene.rollout.launch->plan.manual = true;
    assert_true(rollout_scene_start(&scene.rollout));
    wait_for(&scene, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD);
    users_rest(scene.users[STABLE]); /* they would only be refused */
    test_process_kill(&scene.stack.serves[STABLE]);
    wait_for(&scene, ROLLOUT_HOLD, ROLLOUT_HELD_BLIND);
    assert_non_null(strstr(scene.rollout.status.reason, "stable "));
    assert_non_null(strstr(scene.rollout.status.reason, "does not tell its metrics"));

    const struct rollout_metric before = scene.rollout.status.metrics[0];
    serve_again(&scene, STABLE, "v1.5.0");
    users_go_on(scene.users[STABLE]);
    wait_for(&scene, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD);
    watch_until(&scene, before.stable_units + 100, before.canary_units + 100);
    const struct rollout_metric *after = &scene.rollout.status.metrics[0];
    assert_int_equal(after->stable_failed + after->canary_failed, 0);
    assert_true(scene.rollout.status.harm < 1);
    tear_down(&scene);
}

static void a_crash_loop_is_taken_back_at_once(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    struct rollout_status *status = &scene.rollout.status;
    scene.rollout.launch->plan.manual = true;
    assert_true(rollout_scene_start(&scene.rollout));
    wait_for(&scene, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD);
    watch_until(&scene, 100, 100);
    assert_int_equal(status->feeds[0].source, ROLLOUT_SOURCE_METRICS);
    assert_int_equal(status->feeds[1].source, ROLLOUT_SOURCE_METRICS);
    assert_true(status->feeds[1].age_ms <= 5000);
    assert_int_equal(status->feeds[1].restarts, 0);
    users_rest(scene.users[CANARY]); /* they would only be refused */
    while (status->phase != ROLLOUT_ROLLED_BACK) {
        uint32_t restarts = status->feeds[1].restarts;
        test_process_kill(&scene.stack.serves[CANARY]);
        serve_again(&scene, CANARY, "v1.6.0");
        uint64_t from_ns = loop_clock_ns();
        /* What begins within two seconds of another cannot be told from it. */
        while (status->phase != ROLLOUT_ROLLED_BACK &&
               (status->feeds[1].restarts == restarts ||
                loop_clock_ns() - from_ns < 2100 * NS_PER_MS)) {
            rollout_scene_turn(&scene.rollout);
        }
    }
    if (!strstr(status->reason, "canary ") || !strstr(status->reason, "crash loop")) {
        fail_msg("%s", status->reason);
    }
    tear_down(&scene);
}

/* Nobody asks stable then, and it may be gone: what counts is what the canary does. */
static void the_last_step_needs_nothing_of_stable(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    struct rollout_status *status = &scene.rollout.status;
    assert_true(rollout_scene_start(&scene.rollout));
    while (status->wanted_bp != ROLLOUT_BASIS_POINTS) {
        rollout_scene_turn(&scene.rollout);
    }
    users_rest(scene.users[STABLE]);
    test_process_kill(&scene.stack.serves[STABLE]);
    wait_for(&scene, ROLLOUT_DONE, ROLLOUT_NOT_HELD);
    assert_int_equal(status->metrics[0].canary_failed, 0);
    tear_down(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_version_is_promoted_by_what_it_counts),
        cmocka_unit_test(a_harmful_version_is_taken_back_by_what_it_counts),
        cmocka_unit_test(an_instance_that_died_makes_it_blind_until_it_is_back),
        cmocka_unit_test(a_crash_loop_is_taken_back_at_once),
        cmocka_unit_test(the_last_step_needs_nothing_of_stable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
