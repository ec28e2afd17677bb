/* The leased weight in a real HAProxy: set, renewed, read back, lost and contested. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/router.h"
#include "io/haproxy.h"
#include "io/haproxy_reply.h"
#include "io/loop.h"
#include "support/test_haproxy.h"

enum { SALT = 7, EPOCH = 3 };

/* A router, the HAProxy that it speaks with, and somebody else who writes there. */
struct scene {
    struct loop *loop;
    struct test_haproxy server;
    struct target *target;
    struct router *router;
    struct haproxy *stranger;
    struct router_done done;
    struct router_seen seen;
};

static char sections[4096];

static void on_done(void *owner, const struct router_done *done) {
    struct scene *scene = owner;
    scene->done = *done;
    loop_stop(scene->loop);
}

static void on_seen(void *owner, const struct router_seen *seen) {
    struct scene *scene = owner;
    scene->seen = *seen;
    loop_stop(scene->loop);
}

static void on_written(void *owner, const struct haproxy_result *result) {
    struct scene *scene = owner;
    struct error err;
    assert_int_equal(result->error.code, ERROR_NONE);
    assert_true(haproxy_accepted(result->reply, &err));
    loop_stop(scene->loop);
}

static void open_router(struct scene *scene) {
    struct error err = {0};
    const struct router_options options = {scene->loop, scene->target, NULL};
    scene->router = haproxy_router.start(&options, &err);
    assert_non_null(scene->router);
}

static void set_up(struct scene *scene, const char *words) {
    *scene = (struct scene){.loop = loop_new()};
    test_haproxy_start(&scene->server, words);
    scene->target = memory_new(sizeof *scene->target);
    target_init(scene->target);
    struct target_split *split = &scene->target->split;
    text_copy(split->socket, sizeof split->socket, scene->server.socket);
    text_copy(split->table, sizeof split->table, "canary_lease");
    text_copy(split->stable, sizeof split->stable, "stable");
    text_copy(split->canary, sizeof split->canary, "canary");
    scene->stranger = haproxy_new(scene->loop, scene->server.socket, HAPROXY_MAY_ACT);
    open_router(scene);
}

static void set_up_lease(struct scene *scene) {
    test_haproxy_lease_sections(
        sections, sizeof sections, test_free_port(), test_free_port());
    set_up(scene, sections);
}

static void tear_down(struct scene *scene) {
    haproxy_router.free(scene->router);
    haproxy_free(scene->stranger);
    loop_free(scene->loop);
    test_haproxy_stop(&scene->server);
    free(scene->target);
}

static enum router_outcome check(struct scene *scene) {
    haproxy_router.check(scene->router, on_done, scene);
    loop_run(scene->loop);
    return scene->done.outcome;
}

static struct router_intent intent_of(uint32_t before_bp, uint32_t weight_bp) {
    return (struct router_intent){
        .epoch = EPOCH, .before_bp = before_bp, .weight_bp = weight_bp, .salt = SALT};
}

static enum router_outcome set(struct scene *scene, struct router_intent intent) {
    haproxy_router.set(scene->router, &intent, on_done, scene);
    loop_run(scene->loop);
    return scene->done.outcome;
}

static enum router_outcome renew(struct scene *scene, struct router_intent intent) {
    haproxy_router.renew(scene->router, &intent, on_done, scene);
    loop_run(scene->loop);
    return scene->done.outcome;
}

static const struct router_seen *look(struct scene *scene) {
    haproxy_router.look(scene->router, on_seen, scene);
    loop_run(scene->loop);
    return &scene->seen;
}

static void write_as_stranger(struct scene *scene, uint64_t key, uint64_t value) {
    char words[HAPROXY_COMMAND_SIZE];
    struct text command = TEXT_IN(words);
    haproxy_table_set(&command, "canary_lease", key, value);
    haproxy_command(scene->stranger, words, NS_PER_S, on_written, scene);
    loop_run(scene->loop);
}

static void a_weight_is_set_renewed_and_seen(void **state) {
    (void)state;
    struct scene scene;
    set_up_lease(&scene);
    assert_int_equal(check(&scene), ROUTER_DONE);
    assert_true(look(&scene)->known);
    assert_int_equal(scene.seen.weight_bp, 0);
    assert_int_equal(scene.seen.lease_ms, 0);

    assert_int_equal(set(&scene, intent_of(0, 500)), ROUTER_DONE);
    look(&scene);
    assert_true(scene.seen.known && scene.seen.leased && scene.seen.settled);
    assert_int_equal(scene.seen.weight_bp, 500);
    assert_int_equal(scene.seen.epoch, EPOCH);
    assert_in_range(scene.seen.lease_ms, 1, 5000);
    assert_int_equal(set(&scene, intent_of(500, 2500)), ROUTER_DONE);
    assert_int_equal(renew(&scene, intent_of(500, 2500)), ROUTER_DONE);
    assert_int_equal(look(&scene)->weight_bp, 2500);
    /* Its answer may have been lost: the same write again is none that conflicts. */
    assert_int_equal(set(&scene, intent_of(500, 2500)), ROUTER_DONE);
    tear_down(&scene);
}

static void what_others_wrote_is_a_conflict_and_stays(void **state) {
    (void)state;
    struct scene scene;
    set_up_lease(&scene);
    assert_int_equal(set(&scene, intent_of(0, 500)), ROUTER_DONE);
    write_as_stranger(&scene, 1, 4000);
    assert_int_equal(renew(&scene, intent_of(0, 500)), ROUTER_CONFLICT);
    assert_string_equal(scene.done.error.message, "the weight is 40.0 %, not 5.00 %");
    assert_int_equal(set(&scene, intent_of(500, 2500)), ROUTER_CONFLICT);
    assert_int_equal(look(&scene)->weight_bp, 4000);

    write_as_stranger(&scene, 1, 500);
    write_as_stranger(&scene, 2, SALT + 1);
    assert_int_equal(renew(&scene, intent_of(500, 500)), ROUTER_CONFLICT);
    assert_non_null(strstr(scene.done.error.message, "salt"));

    struct router_intent newer = intent_of(500, 500);
    write_as_stranger(&scene, 2, SALT);
    write_as_stranger(&scene, 3, EPOCH + 1);
    assert_int_equal(renew(&scene, newer), ROUTER_CONFLICT);
    assert_string_equal(
        scene.done.error.message, "a controller of epoch 4 has written");
    newer.epoch = EPOCH + 1;
    assert_int_equal(renew(&scene, newer), ROUTER_DONE);

    /* Going back asks nobody. */
    write_as_stranger(&scene, 1, 9000);
    struct router_intent back = intent_of(500, 0);
    back.back = true;
    assert_int_equal(set(&scene, back), ROUTER_DONE);
    assert_int_equal(look(&scene)->weight_bp, 0);
    tear_down(&scene);
}

static void a_lease_that_ran_out_is_not_renewed(void **state) {
    (void)state;
    struct scene scene;
    set_up_lease(&scene);
    assert_int_equal(set(&scene, intent_of(0, 2500)), ROUTER_DONE);
    uint64_t start_ns = loop_clock_ns();
    while (look(&scene)->weight_bp > 0) {
        assert_true(loop_clock_ns() - start_ns < 15 * NS_PER_S);
    }
    assert_true(loop_clock_ns() - start_ns > 4 * NS_PER_S);
    assert_true(scene.seen.known && scene.seen.settled);
    assert_int_equal(scene.seen.lease_ms, 0);
    assert_int_equal(renew(&scene, intent_of(0, 2500)), ROUTER_CONFLICT);
    assert_non_null(strstr(scene.done.error.message, "ran out"));
    assert_int_equal(set(&scene, intent_of(2500, 5000)), ROUTER_CONFLICT);
    assert_int_equal(set(&scene, intent_of(0, 2500)), ROUTER_DONE);
    tear_down(&scene);
}

static void a_restarted_haproxy_has_no_weight(void **state) {
    (void)state;
    struct scene scene;
    set_up_lease(&scene);
    assert_int_equal(set(&scene, intent_of(0, 2500)), ROUTER_DONE);
    test_haproxy_kill(&scene.server);
    assert_int_equal(renew(&scene, intent_of(0, 2500)), ROUTER_UNKNOWN);
    assert_false(look(&scene)->known);
    assert_int_not_equal(scene.seen.error.code, ERROR_NONE);
    test_haproxy_restart(&scene.server);
    assert_int_equal(look(&scene)->weight_bp, 0);
    assert_int_equal(renew(&scene, intent_of(0, 2500)), ROUTER_CONFLICT);
    tear_down(&scene);
}

static void a_frozen_haproxy_is_an_unknown_outcome_in_time(void **state) {
    (void)state;
    struct scene scene;
    siginfo_t stopped;
    set_up_lease(&scene);
    kill(scene.server.process.pid, SIGSTOP);
    waitid(P_PID, (id_t)scene.server.process.pid, &stopped, WSTOPPED);
    uint64_t start_ns = loop_clock_ns();
    assert_int_equal(set(&scene, intent_of(0, 2500)), ROUTER_UNKNOWN);
    assert_int_equal(scene.done.error.code, ERROR_TIMEOUT);
    assert_true(loop_clock_ns() - start_ns < 5 * NS_PER_S);
    kill(scene.server.process.pid, SIGCONT);
    assert_int_equal(set(&scene, intent_of(0, 2500)), ROUTER_DONE);
    tear_down(&scene);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    struct scene scene;
    set_up_lease(&scene);
    assert_int_equal(set(&scene, intent_of(0, 10001)), ROUTER_REFUSED);
    struct router_intent unsalted = intent_of(0, 500);
    unsalted.salt = 0;
    assert_int_equal(set(&scene, unsalted), ROUTER_REFUSED);
    struct router_intent late = intent_of(0, 500);
    late.epoch = UINT64_C(1) << 32;
    assert_int_equal(set(&scene, late), ROUTER_REFUSED);
    assert_int_equal(look(&scene)->weight_bp, 0);
    tear_down(&scene);
}

static void a_look_says_when_the_canary_has_no_server(void **state) {
    (void)state;
    struct scene scene;
    set_up_lease(&scene);
    assert_int_equal(set(&scene, intent_of(0, 500)), ROUTER_DONE);
    haproxy_command(
        scene.stranger, "set server canary/c1 state maint", NS_PER_S, on_written,
        &scene);
    loop_run(scene.loop);
    look(&scene);
    assert_true(scene.seen.known);
    assert_false(scene.seen.settled);
    assert_non_null(strstr(scene.seen.words, "no server of the canary"));
    haproxy_command(
        scene.stranger, "set server stable/s1 state maint", NS_PER_S, on_written,
        &scene);
    loop_run(scene.loop);
    assert_int_equal(check(&scene), ROUTER_REFUSED);
    assert_non_null(strstr(scene.done.error.message, "backend stable"));
    tear_down(&scene);
}

/* Each row: how the lease's table is written, and what the check says of it. */
struct wrong_table {
    const char *table, *words;
};

static const struct wrong_table wrong_tables[] = {
    {"canary_lease\n    stick-table type integer size 16 store gpt0", "never expire"},
    {"canary_lease\n    stick-table type integer size 16 expire 1s store gpt0",
     "expire after"},
    {"canary_lease\n    stick-table type integer size 16 expire 10m store gpt0",
     "expire after"},
    {"canary_lease\n    stick-table type string size 16 expire 5s store gpt0",
     "not one of integers"},
    {"canary_lease\n    stick-table type integer size 16 expire 5s store gpc0",
     "Data type not stored"},
    {"other\n    stick-table type integer size 16 expire 5s store gpt0",
     "No such table"},
};

static void a_table_that_cannot_hold_a_lease_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrong_tables / sizeof *wrong_tables; i++) {
        struct scene scene;
        struct text text = TEXT_IN(sections);
        text_addf(
            &text, "backend %s\nbackend stable\n    server s1 127.0.0.1:1\n",
            wrong_tables[i].table);
        set_up(&scene, sections);
        assert_int_equal(check(&scene), ROUTER_REFUSED);
        assert_non_null(strstr(scene.done.error.message, wrong_tables[i].words));
        tear_down(&scene);
    }
}

static void a_backend_that_is_not_there_is_refused(void **state) {
    (void)state;
    struct scene scene;
    set_up(
        &scene, "backend canary_lease\n"
                "    stick-table type integer size 16 expire 5s store gpt0\n"
                "backend stable\n    server s1 127.0.0.1:1\n");
    assert_int_equal(check(&scene), ROUTER_REFUSED);
    assert_non_null(strstr(scene.done.error.message, "no backend canary"));
    assert_false(look(&scene)->known);
    tear_down(&scene);
}

/* A socket that may only look hides the table: that is no weight of 0. */
static void a_socket_without_rights_is_denied(void **state) {
    (void)state;
    struct scene scene;
    char path[TEST_PATH_SIZE];
    struct text text = TEXT_IN(sections);
    struct test_folder folder;
    test_folder_init(&folder);
    test_folder_path(&folder, "user.sock", path);
    text_addf(
        &text,
        "global\n    stats socket %s mode 600 level user\n"
        "backend canary_lease\n"
        "    stick-table type integer size 16 expire 5s store gpt0\n"
        "backend stable\n    server s1 127.0.0.1:1\n"
        "backend canary\n    server c1 127.0.0.1:1\n",
        path);
    set_up(&scene, sections);
    haproxy_router.free(scene.router);
    text_copy(scene.target->split.socket, sizeof scene.target->split.socket, path);
    open_router(&scene);
    assert_int_equal(check(&scene), ROUTER_DENIED);
    assert_int_equal(set(&scene, intent_of(0, 500)), ROUTER_DENIED);
    assert_false(look(&scene)->known);
    tear_down(&scene);
    test_folder_clear(&folder);
}

static void names_that_could_end_a_command_are_refused(void **state) {
    (void)state;
    static const char *const names[] = {"", "a b", "t; shutdown frontend fe", "t\n"};
    struct loop *loop = loop_new();
    struct target *target = memory_new(sizeof *target);
    struct target_split *split = &target->split;
    const struct router_options options = {loop, target, NULL};
    struct error err;
    assert_null(haproxy_router.start(&options, &err));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        *split = (struct target_split){
            .socket = "/nowhere", .stable = "stable", .canary = "canary"};
        text_copy(split->table, sizeof split->table, names[i]);
        assert_null(haproxy_router.start(&options, &err));
        assert_int_equal(err.code, ERROR_USAGE);
    }
    free(target);
    loop_free(loop);
}

static void freeing_ends_a_call_silently(void **state) {
    (void)state;
    struct scene scene;
    set_up_lease(&scene);
    const struct router_intent intent = intent_of(0, 500);
    haproxy_router.set(scene.router, &intent, on_done, NULL);
    haproxy_router.free(scene.router);
    open_router(&scene);
    assert_true(look(&scene)->known);
    tear_down(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_weight_is_set_renewed_and_seen),
        cmocka_unit_test(what_others_wrote_is_a_conflict_and_stays),
        cmocka_unit_test(a_lease_that_ran_out_is_not_renewed),
        cmocka_unit_test(a_restarted_haproxy_has_no_weight),
        cmocka_unit_test(a_frozen_haproxy_is_an_unknown_outcome_in_time),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(a_look_says_when_the_canary_has_no_server),
        cmocka_unit_test(a_table_that_cannot_hold_a_lease_is_refused),
        cmocka_unit_test(a_backend_that_is_not_there_is_refused),
        cmocka_unit_test(a_socket_without_rights_is_denied),
        cmocka_unit_test(names_that_could_end_a_command_are_refused),
        cmocka_unit_test(freeing_ends_a_call_silently),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
