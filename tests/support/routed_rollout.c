/* SPDX-License-Identifier: MIT */
#include "support/routed_rollout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/haproxy.h"
#include "io/haproxy_reply.h"
#include "io/loop.h"
#include "support/rollout_ground.h"

enum { CONFIG_SIZE = 2048, LEASE_S = 4, ANSWERS_MIN = 200 };

/* With none of its own a busy machine's would be all that is compared. */
#define LATENCY  "lognormal:80ms:0.6"
#define LIMIT_NS (60 * NS_PER_S)
#define TURN_NS  (10 * NS_PER_MS)

static const char *const releases[TRACK_COUNT] = {ROUTED_STABLE, ROUTED_CANARY};

/* The service */

static void start_haproxy(
    struct routed_rollout *routed, void (*spoil)(struct buffer *config)) {
    struct haproxy_plan plan;
    haproxy_plan_init(&plan);
    plan.lease_s = LEASE_S;
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        routed->servers[track] = strstr(routed->stack.urls[track], "127.");
        plan.servers[track] = &routed->servers[track];
        plan.server_counts[track] = 1;
    }
    test_haproxy_start_plan(&routed->haproxy, &plan, spoil);
}

static void write_config(const struct routed_rollout *routed, const char *log) {
    char config[CONFIG_SIZE];
    struct text text = TEXT_IN(config);
    text_addf(
        &text,
        "version: 1\n"
        "targets:\n"
        "  " ROUTED_TARGET ":\n"
        "    class: local\n"
        "    url: http://127.0.0.1:%u\n"
        "    tracks: {stable: {urls: [\"%s\"]}, canary: {urls: [\"%s\"]}}\n"
        "    split:\n"
        "      haproxy: {socket: %s, table: canary_lease, stable: stable,\n"
        "        canary: canary%s%s}\n"
        "    rollout: {socket: %s/rollout.sock}\n",
        routed->haproxy.port, routed->stack.urls[TRACK_STABLE],
        routed->stack.urls[TRACK_CANARY], routed->haproxy.socket, *log ? ", log: " : "",
        log, routed->folder.path);
    assert_false(text.truncated);
    test_folder_write(&routed->folder, "config.yaml", config);
}

/* The log arrives where HAProxy sends it, or behind a relay, or is not read. */
static void place_log(
    struct routed_rollout *routed, const struct routed_options *options) {
    char sent[TEST_PATH_SIZE], judged[TEST_PATH_SIZE];
    test_folder_path(&routed->haproxy.folder, "canary.sock", sent);
    test_folder_path(&routed->haproxy.folder, "judged.sock", judged);
    if (options->relayed) log_relay_start(&routed->relay, sent, judged);
    if (options->counted) sent[0] = '\0';
    write_config(routed, options->relayed ? judged : sent);
}

void routed_change_users(
    struct routed_rollout *routed, const struct users_options *options) {
    struct users_options here = *options;
    here.port = routed->haproxy.port;
    here.in_body = true; /* where the agent looks for who it is */
    users_free(routed->users);
    routed->users = users_new(routed->rollout.loop, &here);
    users_go_on(routed->users);
}

void routed_init(struct routed_rollout *routed, const struct routed_options *options) {
    memset(routed, 0, sizeof *routed);
    test_folder_init(&routed->folder);
    rollout_ground_enter(&routed->folder);
    test_stack_start(
        &routed->stack, BINARIES_FOLDER "/flightdeck-agent", "fixed:100ms");
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        test_stack_serve(&routed->stack, track, releases[track], NULL);
    }
    start_haproxy(routed, options->spoil);
    place_log(routed, options);
    routed->rollout.loop = loop_new();
    routed->rollout.launch = memory_new(sizeof *routed->rollout.launch);
    rollout_ground_read(&routed->rollout, &routed->folder, ROUTED_TARGET);
    rollout_ground_plan(&routed->rollout.launch->plan, ROUTED_TARGET);
    routed->rollout.launch->plan.stale_ns = 2 * NS_PER_S;
    routed->watch = weight_watch_new(routed->rollout.loop, routed->haproxy.socket);
}

void routed_clear(struct routed_rollout *routed) {
    rollout_scene_kill(&routed->rollout);
    users_free(routed->users);
    weight_watch_free(routed->watch);
    loop_free(routed->rollout.loop);
    free(routed->rollout.launch);
    log_relay_stop(&routed->relay);
    test_haproxy_stop(&routed->haproxy);
    test_stack_stop(&routed->stack);
    test_folder_clear(&routed->folder);
}

/* Waiting */

static void on_turned(void *owner, uint64_t now_ns) {
    (void)now_ns;
    loop_stop(owner);
}

void routed_turn(struct routed_rollout *routed, uint64_t for_ns) {
    struct loop *loop = routed->rollout.loop;
    uint64_t begun_ns = loop_clock_ns();
    /* Something else may stop the loop meanwhile. */
    do {
        struct loop_timer *turn = loop_every(loop, TURN_NS, on_turned, loop);
        loop_run(loop);
        loop_timer_free(turn);
    } while (loop_clock_ns() - begun_ns < for_ns);
}

/* Once more around; fails the test when that has gone on for too long. */
static void turn_since(struct routed_rollout *routed, uint64_t begun_ns) {
    if (loop_clock_ns() - begun_ns > LIMIT_NS) {
        fail_msg("nothing came of it: %s", routed->rollout.status.reason);
    }
    routed_turn(routed, TURN_NS);
}

void routed_wait_for(
    struct routed_rollout *routed, enum rollout_phase phase, enum rollout_hold hold,
    uint16_t step) {
    rollout_scene_wait(&routed->rollout, &(struct rollout_goal){phase, hold, step});
}

void routed_stay(
    struct routed_rollout *routed, const struct rollout_goal *goal, unsigned statuses) {
    struct rollout_scene *rollout = &routed->rollout;
    rollout_scene_wait(rollout, goal);
    uint64_t begun_ns = loop_clock_ns(), told_ns = rollout->status.at_ns;
    while (statuses > 0) {
        turn_since(routed, begun_ns);
        if (rollout->status.at_ns == told_ns) continue;
        told_ns = rollout->status.at_ns;
        statuses--;
        if (rollout->status.phase == goal->phase &&
            rollout->status.hold == goal->hold) {
            continue;
        }
        fail_msg("it has moved on: %s", rollout->status.reason);
    }
}

/* Rollouts */

void routed_begin(struct routed_rollout *routed, const struct users_options *users) {
    struct rollout_scene *rollout = &routed->rollout;
    rollout_ground_name(&rollout->launch->plan);
    rollout->launch->kind = ROLLOUT_LAUNCH_BEGIN;
    weight_watch_begin(routed->watch);
    routed_change_users(routed, users);
    if (!rollout_scene_start(rollout)) fail_msg("%s", rollout->started.words);
}

void routed_see_off(struct routed_rollout *routed) {
    struct rollout_scene *rollout = &routed->rollout;
    uint64_t begun_ns = loop_clock_ns();
    rollout_link_free(rollout->link);
    rollout->link = NULL;
    while (rollout_scene_pid(rollout) > 0) turn_since(routed, begun_ns);
}

void routed_abort(struct routed_rollout *routed) {
    rollout_scene_insist(&routed->rollout, ROLLOUT_ORDER_ABORT, "ann");
    routed_wait_for(routed, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD, 0);
    routed_see_off(routed);
}

void routed_expect_reason(const struct routed_rollout *routed, const char *words) {
    const char *reason = routed->rollout.status.reason;
    if (!strstr(reason, words)) fail_msg("\"%s\" says nothing of: %s", reason, words);
}

/* Users */

void routed_answer(struct routed_rollout *routed, uint32_t count) {
    uint64_t begun_ns = loop_clock_ns();
    uint32_t answered = users_result(routed->users).answered;
    while (users_result(routed->users).answered - answered < count) {
        turn_since(routed, begun_ns);
    }
}

void routed_expect_no_failure(struct routed_rollout *routed) {
    uint64_t begun_ns = loop_clock_ns();
    users_rest(routed->users);
    while (!users_wait_for_nothing(routed->users)) turn_since(routed, begun_ns);
    struct users_result result = users_result(routed->users);
    if (result.failed > 0) {
        fail_msg("%u failed, %u were answered", result.failed, result.answered);
    }
    assert_true(result.answered >= ANSWERS_MIN);
}

/* The router */

void routed_expect_course(struct routed_rollout *routed, const char *course) {
    /* The answer that is waited for already may be an old one. */
    uint32_t reads = weight_watch_reads(routed->watch) + 2;
    uint64_t begun_ns = loop_clock_ns();
    while (weight_watch_reads(routed->watch) < reads) turn_since(routed, begun_ns);
    const char *seen = weight_watch_course(routed->watch);
    if (strcmp(seen, course) != 0) fail_msg("the router had %s, not %s", seen, course);
}

void routed_wait_for_weight(struct routed_rollout *routed, const char *weight) {
    uint64_t begun_ns = loop_clock_ns();
    while (strcmp(weight_watch_last(routed->watch), weight) != 0) {
        turn_since(routed, begun_ns);
    }
}

struct counting {
    struct loop *loop;
    const char *backend;
    struct routed_counts counts;
};

static void on_stat(void *owner, const struct haproxy_result *result) {
    struct counting *counting = owner;
    struct haproxy_stat stat;
    struct haproxy_row row;
    struct error err = {0};
    assert_int_equal(result->error.code, ERROR_NONE);
    assert_true(haproxy_stat_read(result->reply, &stat, &err));
    assert_true(haproxy_stat_find(&stat, counting->backend, "BACKEND", &row));
    assert_true(haproxy_row_u64(&row, "req_tot", &counting->counts.requests));
    assert_true(haproxy_row_u64(&row, "hrsp_5xx", &counting->counts.failed));
    loop_stop(counting->loop);
}

struct routed_counts routed_count(struct routed_rollout *routed, const char *backend) {
    struct counting counting = {.loop = loop_new(), .backend = backend};
    struct haproxy *haproxy =
        haproxy_new(counting.loop, routed->haproxy.socket, HAPROXY_READ_ONLY);
    haproxy_command(haproxy, "show stat", 5 * NS_PER_S, on_stat, &counting);
    loop_run(counting.loop);
    haproxy_free(haproxy);
    loop_free(counting.loop);
    return counting.counts;
}
