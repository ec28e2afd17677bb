/* SPDX-License-Identifier: MIT */
#include "support/rollout_scene.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "config.h"
#include "io/loop.h"
#include "support/canary_table.h"
#include "support/conductor.h"
#include "support/rollout_ground.h"

#define CONTROLLER (BINARIES_FOLDER "/flightdeck-canary")

/* For a shell in file systems of its own:
 * for whom it becomes the first one is read-only. */
static const char read_only[] = "mount --bind \"$1\" \"$1\" && mount -o "
                                "remount,ro,bind \"$1\" && shift && exec \"$@\"";

enum { LIMIT_S = 120, TURN_MS = 20 };

static void on_limit(void *owner, uint64_t now_ns) {
    struct rollout_scene *scene = owner;
    (void)now_ns;
    scene->limit = NULL;
    fail_msg(
        "nothing came of it: %s (%s), step %u, %s",
        rollout_phase_name((enum rollout_phase)scene->status.phase),
        rollout_hold_name((enum rollout_hold)scene->status.hold), scene->status.step,
        scene->status.reason);
}

static void run(struct rollout_scene *scene) {
    scene->limit = loop_after(scene->loop, LIMIT_S * NS_PER_S, on_limit, scene);
    loop_run(scene->loop);
    loop_timer_free(scene->limit);
    scene->limit = NULL;
}

static void on_turned(void *owner, uint64_t now_ns) {
    (void)now_ns;
    loop_stop(owner);
}

void rollout_scene_breathe(struct rollout_scene *scene) {
    struct loop_timer *timer =
        loop_every(scene->loop, TURN_MS * NS_PER_MS, on_turned, scene->loop);
    loop_run(scene->loop);
    loop_timer_free(timer);
}

static void read_target(struct rollout_scene *scene) {
    struct error err = {0};
    struct config *config = config_read(NULL, &err);
    if (!config || !config_choose(config, "demo", NULL, &err) ||
        !config_fill_secrets(config, &err)) {
        fail_msg("%s", err.message);
    }
    scene->launch->target = *config_target(config);
    text_copy_cut(
        scene->place, sizeof scene->place, scene->launch->target.rollout_socket);
    config_free(config);
}

static void begin_plan(struct rollout_scene *scene) {
    scene->launch->kind = ROLLOUT_LAUNCH_BEGIN;
    rollout_ground_plan(&scene->launch->plan, "demo");
    scene->launch->plan.stale_ns = 15 * NS_PER_S;
}

/* The controller inherits it, and finds the demo and its own files. */
static void enter_home(const struct test_demo_home *home) {
    rollout_ground_enter(&home->folder);
    setenv("XDG_STATE_HOME", home->logs.path, 1); /* NOLINT(concurrency-mt-unsafe) */
}

static void init(struct rollout_scene *scene) {
    enter_home(&scene->demo.home);
    scene->loop = loop_new();
    scene->launch = memory_new(sizeof *scene->launch);
    begin_plan(scene);
    read_target(scene);
}

void rollout_scene_init(struct rollout_scene *scene) {
    memset(scene, 0, sizeof *scene);
    lone_demo_start(&scene->demo);
    init(scene);
}

void rollout_scene_init_bad(struct rollout_scene *scene) {
    static const char *const args[] = {"demo", "--stack-only", "--bad-canary", NULL};
    struct lone_demo *demo = &scene->demo;
    memset(scene, 0, sizeof *scene);
    test_demo_home_init(&demo->home);
    assert_true(test_demo_start(&demo->demo, &demo->home, args, NULL));
    init(scene);
}

void rollout_scene_tell_demo(
    struct rollout_scene *scene, const char *verb, const char *part) {
    const char *const args[] = {"demo", verb, part, NULL};
    char words[TEST_DEMO_WORDS_SIZE];
    if (test_demo_ask(&scene->demo.home, args, words) != 0) fail_msg("%s", words);
}

void rollout_scene_kill(struct rollout_scene *scene) {
    pid_t pid = rollout_scene_pid(scene);
    if (pid > 0) kill(pid, SIGKILL);
    rollout_link_free(scene->link);
    scene->link = NULL;
    rollout_starter_free(scene->starter);
    scene->starter = NULL;
    if (pid > 0) waitpid(pid, NULL, 0);
}

void rollout_scene_clear(struct rollout_scene *scene) {
    rollout_scene_kill(scene);
    loop_free(scene->loop);
    free(scene->launch);
    lone_demo_stop(&scene->demo);
}

/* The lock stays: the router remembers its epoch, which may only rise. */
static void forget_history(const struct test_folder *home) {
    static const char *const files[] = {"", "-wal", "-shm"};
    char path[TEST_PATH_SIZE];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct text text = TEXT_IN(path);
        text_addf(&text, "%s/flightdeck/history.db%s", home->path, files[i]);
        unlink(path);
    }
}

int rollout_scene_open(void **state) {
    struct rollout_scene *scene = memory_new(sizeof *scene);
    rollout_scene_init(scene);
    *state = scene;
    return 0;
}

int rollout_scene_renew(void **state) {
    struct rollout_scene *scene = *state;
    const struct test_folder *home = &scene->demo.home.logs;
    struct lock_holder who;
    rollout_scene_kill(scene);
    /* One that a cockpit or a command has started is nobody's child. */
    if (conductor_is_there(&scene->demo.home, &who)) conductor_kill(&scene->demo.home);
    forget_history(home);
    read_target(scene);
    begin_plan(scene);
    rollout_scene_meddle(scene, 0);
    return 0;
}

int rollout_scene_close(void **state) {
    rollout_scene_clear(*state);
    free(*state);
    return 0;
}

static void on_started(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct rollout_scene *scene = owner;
    if (!answer) {
        fail_msg("%s", why->message);
        return;
    }
    scene->started = *answer;
    scene->has_started = true;
    loop_stop(scene->loop);
}

static bool is_wished(const struct rollout_scene *scene) {
    const struct rollout_goal *wish = scene->wish;
    const struct rollout_status *status = &scene->status;
    return wish && status->phase == wish->phase && status->hold == wish->hold &&
           status->step >= wish->step;
}

static void on_status(void *owner, const struct rollout_status *status) {
    struct rollout_scene *scene = owner;
    scene->status = *status;
    if (scene->is_turning) loop_stop(scene->loop);
    if (is_wished(scene)) loop_stop(scene->loop);
}

static void on_answer(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct rollout_scene *scene = owner;
    if (why) fail_msg("%s", why->message);
    scene->answer = *answer;
    scene->has_answer = true;
    loop_stop(scene->loop);
}

static void on_end(void *owner, const struct error *why) {
    struct rollout_scene *scene = owner;
    (void)why;
    scene->has_ended = true;
    loop_stop(scene->loop);
}

static void listen_to_it(struct rollout_scene *scene) {
    static const struct rollout_link_handlers handlers = {on_status, on_answer, on_end};
    scene->has_ended = false;
    memset(&scene->status, 0, sizeof scene->status); /* not that of the one before */
    scene->link = rollout_link_new(scene->loop, scene->place, &handlers, scene);
}

/* A controller outlives who has started it: not here, even if the test is killed. */
bool rollout_scene_start(struct rollout_scene *scene) {
    static const char *const args[] = {"--pdeathsig", "KILL", CONTROLLER, "run", NULL};
    const char *const narrow_args[] = {
        "--pdeathsig", "KILL", "unshare",        "--mount",  "sh",  "-c",
        read_only,     "sh",   scene->read_only, CONTROLLER, "run", NULL};
    const struct rollout_starter_options options = {
        .program = "/usr/bin/setpriv",
        .args = scene->read_only ? narrow_args : args,
        .launch = scene->launch,
        .on_started = on_started,
        .owner = scene,
    };
    struct error err = {0};
    scene->has_started = false;
    rollout_starter_free(scene->starter);
    scene->starter = rollout_starter_new(scene->loop, &options, &err);
    if (!scene->starter) fail_msg("%s", err.message);
    run(scene);
    assert_true(scene->has_started);
    if (scene->started.accepted) listen_to_it(scene);
    return scene->started.accepted;
}

pid_t rollout_scene_pid(const struct rollout_scene *scene) {
    return scene->starter ? rollout_starter_pid(scene->starter) : 0;
}

static void expect_it_there(const struct rollout_scene *scene) {
    if (!scene->has_ended) return;
    fail_msg(
        "it went away: %s, %s",
        rollout_phase_name((enum rollout_phase)scene->status.phase),
        scene->status.reason);
}

void rollout_scene_wait(struct rollout_scene *scene, const struct rollout_goal *wish) {
    scene->wish = wish;
    while (!is_wished(scene)) {
        expect_it_there(scene);
        run(scene);
    }
    scene->wish = NULL;
}

void rollout_scene_turn(struct rollout_scene *scene) {
    expect_it_there(scene);
    scene->is_turning = true;
    run(scene);
    scene->is_turning = false;
}

/* What was said last is kept, and whoever leaves has said that it has ended. */
void rollout_scene_wait_for_end(struct rollout_scene *scene) {
    while (!scene->has_ended) run(scene);
    assert_true(scene->status.ended);
    rollout_link_free(scene->link);
    scene->link = NULL;
    while (rollout_scene_pid(scene) > 0) rollout_scene_breathe(scene);
    rollout_ground_name(&scene->launch->plan);
}

void rollout_scene_start_manual(struct rollout_scene *scene) {
    static const struct rollout_goal begun = {ROLLOUT_WATCHING, 0, 1};
    scene->launch->plan.manual = true;
    if (!rollout_scene_start(scene)) fail_msg("%s", scene->started.words);
    rollout_scene_wait(scene, &begun);
}

static bool give_order(
    struct rollout_scene *scene, enum rollout_order_kind kind, const char *who,
    bool force) {
    struct rollout_order order = {
        .kind = kind,
        .force = force,
        .expected_version = scene->status.version,
        .host = "ops1",
        .reason = "the test says so"};
    text_copy_cut(order.who, sizeof order.who, who);
    scene->has_answer = false;
    assert_true(rollout_link_order(scene->link, &order) != 0);
    while (!scene->has_answer) run(scene);
    return scene->answer.accepted;
}

bool rollout_scene_order(
    struct rollout_scene *scene, enum rollout_order_kind kind, const char *who) {
    return give_order(scene, kind, who, false);
}

static void insist(
    struct rollout_scene *scene, enum rollout_order_kind kind, const char *who,
    bool force) {
    uint64_t start_ns = loop_clock_ns();
    while (!give_order(scene, kind, who, force)) {
        assert_true(loop_clock_ns() - start_ns < 60 * NS_PER_S);
        rollout_scene_turn(scene);
    }
}

void rollout_scene_insist(
    struct rollout_scene *scene, enum rollout_order_kind kind, const char *who) {
    insist(scene, kind, who, false);
}

bool rollout_scene_try_promote(struct rollout_scene *scene) {
    return give_order(scene, ROLLOUT_ORDER_PROMOTE, "ann", true);
}

void rollout_scene_promote(struct rollout_scene *scene) {
    insist(scene, ROLLOUT_ORDER_PROMOTE, "ann", true);
}

int rollout_scene_weight(struct rollout_scene *scene) {
    return canary_table_weight(scene->launch->target.split.socket);
}

void rollout_scene_wait_for_weight(struct rollout_scene *scene, int weight_bp) {
    uint64_t start_ns = loop_clock_ns();
    while (rollout_scene_weight(scene) != weight_bp) {
        assert_true(loop_clock_ns() - start_ns < 60 * NS_PER_S);
        rollout_scene_breathe(scene);
    }
}

void rollout_scene_meddle(struct rollout_scene *scene, unsigned weight_bp) {
    canary_table_meddle(scene->launch->target.split.socket, weight_bp);
}
