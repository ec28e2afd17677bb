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
#include "io/loop.h"
#include "support/haproxy_scene.h"

enum { SECTIONS_SIZE = 4096 };

static void a_weight_is_set_renewed_and_seen(void **state) {
    (void)state;
    struct haproxy_scene scene;
    haproxy_scene_init_lease(&scene, HAPROXY_SCENE_LONG_LEASE);
    assert_int_equal(haproxy_scene_check(&scene), ROUTER_DONE);
    assert_true(haproxy_scene_look(&scene)->known);
    assert_int_equal(scene.seen.weight_bp, 0);
    assert_int_equal(scene.seen.lease_ms, 0);

    assert_int_equal(
        haproxy_scene_set(&scene, haproxy_scene_intent(0, 500)), ROUTER_DONE);
    haproxy_scene_look(&scene);
    assert_true(scene.seen.known && scene.seen.leased && scene.seen.settled);
    assert_int_equal(scene.seen.weight_bp, 500);
    assert_int_equal(scene.seen.epoch, HAPROXY_SCENE_EPOCH);
    assert_in_range(scene.seen.lease_ms, 1, 60000);
    assert_int_equal(
        haproxy_scene_set(&scene, haproxy_scene_intent(500, 2500)), ROUTER_DONE);
    assert_int_equal(
        haproxy_scene_renew(&scene, haproxy_scene_intent(500, 2500)), ROUTER_DONE);
    assert_int_equal(haproxy_scene_look(&scene)->weight_bp, 2500);
    /* Its answer may have been lost: the same write again is none that conflicts. */
    assert_int_equal(
        haproxy_scene_set(&scene, haproxy_scene_intent(500, 2500)), ROUTER_DONE);
    haproxy_scene_clear(&scene);
}

static void what_others_wrote_is_a_conflict_and_stays(void **state) {
    (void)state;
    struct haproxy_scene scene;
    haproxy_scene_init_lease(&scene, HAPROXY_SCENE_LONG_LEASE);
    assert_int_equal(
        haproxy_scene_set(&scene, haproxy_scene_intent(0, 500)), ROUTER_DONE);
    haproxy_scene_meddle(&scene, 1, 4000);
    assert_int_equal(
        haproxy_scene_renew(&scene, haproxy_scene_intent(0, 500)), ROUTER_CONFLICT);
    assert_string_equal(scene.done.error.message, "the weight is 40.0 %, not 5.00 %");
    assert_int_equal(
        haproxy_scene_set(&scene, haproxy_scene_intent(500, 2500)), ROUTER_CONFLICT);
    assert_int_equal(haproxy_scene_look(&scene)->weight_bp, 4000);

    haproxy_scene_meddle(&scene, 1, 500);
    haproxy_scene_meddle(&scene, 2, HAPROXY_SCENE_SALT + 1);
    assert_int_equal(
        haproxy_scene_renew(&scene, haproxy_scene_intent(500, 500)), ROUTER_CONFLICT);
    assert_non_null(strstr(scene.done.error.message, "salt"));

    struct router_intent newer = haproxy_scene_intent(500, 500);
    haproxy_scene_meddle(&scene, 2, HAPROXY_SCENE_SALT);
    haproxy_scene_meddle(&scene, 3, HAPROXY_SCENE_EPOCH + 1);
    assert_int_equal(haproxy_scene_renew(&scene, newer), ROUTER_CONFLICT);
    assert_string_equal(
        scene.done.error.message, "a controller of epoch 4 has written");
    newer.epoch = HAPROXY_SCENE_EPOCH + 1;
    assert_int_equal(haproxy_scene_renew(&scene, newer), ROUTER_DONE);

    /* Going back asks nobody. */
    haproxy_scene_meddle(&scene, 1, 9000);
    struct router_intent back = haproxy_scene_intent(500, 0);
    back.back = true;
    assert_int_equal(haproxy_scene_set(&scene, back), ROUTER_DONE);
    assert_int_equal(haproxy_scene_look(&scene)->weight_bp, 0);
    haproxy_scene_clear(&scene);
}

static void a_lease_that_ran_out_is_not_renewed(void **state) {
    (void)state;
    struct haproxy_scene scene;
    haproxy_scene_init_lease(&scene, "5s");
    uint64_t start_ns = loop_clock_ns();
    assert_int_equal(
        haproxy_scene_set(&scene, haproxy_scene_intent(0, 2500)), ROUTER_DONE);
    while (haproxy_scene_look(&scene)->weight_bp > 0) {
        assert_true(loop_clock_ns() - start_ns < 3 * HAPROXY_SCENE_PATIENCE_NS);
    }
    assert_true(loop_clock_ns() - start_ns > 4 * NS_PER_S);
    assert_true(scene.seen.known && scene.seen.settled);
    assert_int_equal(scene.seen.lease_ms, 0);
    assert_int_equal(
        haproxy_scene_renew(&scene, haproxy_scene_intent(0, 2500)), ROUTER_CONFLICT);
    assert_non_null(strstr(scene.done.error.message, "ran out"));
    assert_int_equal(
        haproxy_scene_set(&scene, haproxy_scene_intent(2500, 5000)), ROUTER_CONFLICT);
    assert_int_equal(
        haproxy_scene_set(&scene, haproxy_scene_intent(0, 2500)), ROUTER_DONE);
    haproxy_scene_clear(&scene);
}

static void a_restarted_haproxy_has_no_weight(void **state) {
    (void)state;
    struct haproxy_scene scene;
    haproxy_scene_init_lease(&scene, HAPROXY_SCENE_LONG_LEASE);
    assert_int_equal(
        haproxy_scene_set(&scene, haproxy_scene_intent(0, 2500)), ROUTER_DONE);
    test_haproxy_kill(&scene.server);
    assert_int_equal(
        haproxy_scene_renew_once(&scene, haproxy_scene_intent(0, 2500)),
        ROUTER_UNKNOWN);
    assert_false(haproxy_scene_look_once(&scene)->known);
    assert_int_not_equal(scene.seen.error.code, ERROR_NONE);
    test_haproxy_restart(&scene.server);
    assert_int_equal(haproxy_scene_look(&scene)->weight_bp, 0);
    assert_int_equal(
        haproxy_scene_renew(&scene, haproxy_scene_intent(0, 2500)), ROUTER_CONFLICT);
    haproxy_scene_clear(&scene);
}

static void a_frozen_haproxy_is_an_unknown_outcome_in_time(void **state) {
    (void)state;
    struct haproxy_scene scene;
    siginfo_t stopped;
    haproxy_scene_init_lease(&scene, HAPROXY_SCENE_LONG_LEASE);
    kill(scene.server.process.pid, SIGSTOP);
    waitid(P_PID, (id_t)scene.server.process.pid, &stopped, WSTOPPED);
    uint64_t start_ns = loop_clock_ns();
    assert_int_equal(
        haproxy_scene_set_once(&scene, haproxy_scene_intent(0, 2500)), ROUTER_UNKNOWN);
    assert_int_equal(scene.done.error.code, ERROR_TIMEOUT);
    assert_true(
        loop_clock_ns() - start_ns < HAPROXY_SCENE_PATIENCE_NS); /* it takes a second */
    kill(scene.server.process.pid, SIGCONT);
    assert_int_equal(
        haproxy_scene_set(&scene, haproxy_scene_intent(0, 2500)), ROUTER_DONE);
    haproxy_scene_clear(&scene);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    struct haproxy_scene scene;
    haproxy_scene_init_lease(&scene, HAPROXY_SCENE_LONG_LEASE);
    assert_int_equal(
        haproxy_scene_set(&scene, haproxy_scene_intent(0, 10001)), ROUTER_REFUSED);
    struct router_intent unsalted = haproxy_scene_intent(0, 500);
    unsalted.salt = 0;
    assert_int_equal(haproxy_scene_set(&scene, unsalted), ROUTER_REFUSED);
    struct router_intent late = haproxy_scene_intent(0, 500);
    late.epoch = UINT64_C(1) << 32;
    assert_int_equal(haproxy_scene_set(&scene, late), ROUTER_REFUSED);
    assert_int_equal(haproxy_scene_look(&scene)->weight_bp, 0);
    haproxy_scene_clear(&scene);
}

static void a_look_says_when_the_canary_has_no_server(void **state) {
    (void)state;
    struct haproxy_scene scene;
    haproxy_scene_init_lease(&scene, HAPROXY_SCENE_LONG_LEASE);
    assert_int_equal(
        haproxy_scene_set(&scene, haproxy_scene_intent(0, 500)), ROUTER_DONE);
    haproxy_scene_tell(&scene, "set server canary/c1 state maint");
    haproxy_scene_look(&scene);
    assert_true(scene.seen.known);
    assert_false(scene.seen.settled);
    assert_non_null(strstr(scene.seen.words, "no server of the canary"));
    haproxy_scene_tell(&scene, "set server stable/s1 state maint");
    assert_int_equal(haproxy_scene_check(&scene), ROUTER_REFUSED);
    assert_non_null(strstr(scene.done.error.message, "backend stable"));
    haproxy_scene_clear(&scene);
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
        struct haproxy_scene scene;
        char sections[SECTIONS_SIZE];
        struct text text = TEXT_IN(sections);
        text_addf(
            &text, "backend %s\nbackend stable\n    server s1 127.0.0.1:1\n",
            wrong_tables[i].table);
        haproxy_scene_init(&scene, sections);
        assert_int_equal(haproxy_scene_check(&scene), ROUTER_REFUSED);
        assert_non_null(strstr(scene.done.error.message, wrong_tables[i].words));
        haproxy_scene_clear(&scene);
    }
}

static void a_backend_that_is_not_there_is_refused(void **state) {
    (void)state;
    struct haproxy_scene scene;
    haproxy_scene_init(
        &scene, "backend canary_lease\n"
                "    stick-table type integer size 16 expire 5s store gpt0\n"
                "backend stable\n    server s1 127.0.0.1:1\n");
    assert_int_equal(haproxy_scene_check(&scene), ROUTER_REFUSED);
    assert_non_null(strstr(scene.done.error.message, "no backend canary"));
    assert_false(haproxy_scene_look(&scene)->known);
    haproxy_scene_clear(&scene);
}

/* A socket that may only look hides the table: that is no weight of 0. */
static void a_socket_without_rights_is_denied(void **state) {
    (void)state;
    struct haproxy_scene scene;
    char path[TEST_PATH_SIZE], sections[SECTIONS_SIZE];
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
    haproxy_scene_init(&scene, sections);
    haproxy_router.free(scene.router);
    assert_true(test_wait_for_socket(path, NULL)); /* the other one came first */
    text_copy(scene.target->split.socket, sizeof scene.target->split.socket, path);
    haproxy_scene_open_router(&scene);
    assert_int_equal(haproxy_scene_check(&scene), ROUTER_DENIED);
    assert_int_equal(
        haproxy_scene_set(&scene, haproxy_scene_intent(0, 500)), ROUTER_DENIED);
    assert_false(haproxy_scene_look(&scene)->known);
    haproxy_scene_clear(&scene);
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

static void on_never(void *owner, const struct router_done *done) {
    (void)owner, (void)done;
    fail_msg("a router that is gone has answered");
}

static void freeing_ends_a_call_silently(void **state) {
    (void)state;
    struct haproxy_scene scene;
    haproxy_scene_init_lease(&scene, HAPROXY_SCENE_LONG_LEASE);
    const struct router_intent intent = haproxy_scene_intent(0, 500);
    haproxy_router.set(scene.router, &intent, on_never, NULL);
    haproxy_router.free(scene.router);
    haproxy_scene_open_router(&scene);
    assert_true(haproxy_scene_look(&scene)->known);
    haproxy_scene_clear(&scene);
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
