/* SPDX-License-Identifier: MIT */
#include "control/replica_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Settled Deployments of so many pods, the Service open (value "") or narrowed. */
static struct replica_state state_of(
    int64_t stable, int64_t canary, const char *value, int32_t weight_bp) {
    struct replica_state state = {
        .replicas = 20,
        .stable = {.wanted = stable, .all = stable, .updated = stable, .ready = stable},
        .canary = {.wanted = canary, .all = canary, .updated = canary, .ready = canary},
        .service = {.weight_bp = weight_bp},
    };
    strncat(state.service.value, value, sizeof state.service.value - 1);
    return state;
}

static void has_steps(
    const struct replica_plan *plan, const enum replica_step *steps, size_t count) {
    for (size_t i = 0; i < count; i++) assert_int_equal(plan->steps[i], steps[i]);
}

static void going_up_the_canary_grows_first(void **state) {
    (void)state;
    static const enum replica_step steps[] = {
        REPLICA_SCALE_CANARY, REPLICA_WAIT_CANARY, REPLICA_OPEN,
        REPLICA_SCALE_STABLE, REPLICA_WAIT_STABLE, REPLICA_END};
    struct replica_state is = state_of(19, 1, "", 500);
    const struct router_intent intent = {.before_bp = 500, .weight_bp = 2500};
    struct replica_plan plan;
    struct error err = {0};
    assert_int_equal(replica_plan_make(&plan, &is, &intent, &err), ROUTER_DONE);
    has_steps(&plan, steps, 6);
    assert_int_equal(plan.wish.canary, 5);
}

static void going_down_stable_grows_first(void **state) {
    (void)state;
    static const enum replica_step steps[] = {REPLICA_SCALE_STABLE, REPLICA_WAIT_STABLE,
                                              REPLICA_SCALE_CANARY, REPLICA_WAIT_CANARY,
                                              REPLICA_OPEN,         REPLICA_END};
    struct replica_state is = state_of(15, 5, "", 2500);
    const struct router_intent intent = {.before_bp = 2500, .weight_bp = 500};
    struct replica_plan plan;
    struct error err = {0};
    assert_int_equal(replica_plan_make(&plan, &is, &intent, &err), ROUTER_DONE);
    has_steps(&plan, steps, 6);
}

static void all_is_a_service_of_the_canary(void **state) {
    (void)state;
    static const enum replica_step steps[] = {
        REPLICA_SCALE_CANARY, REPLICA_WAIT_CANARY, REPLICA_ALL, REPLICA_END};
    struct replica_state is = state_of(10, 10, "", 5000);
    const struct router_intent up = {.before_bp = 5000, .weight_bp = 10000};
    const struct router_intent down = {.before_bp = 10000, .weight_bp = 5000};
    struct replica_plan plan;
    struct error err = {0};
    assert_int_equal(replica_plan_make(&plan, &is, &up, &err), ROUTER_DONE);
    has_steps(&plan, steps, 4);
    assert_int_equal(plan.wish.canary, 20);
    is = state_of(10, 20, "canary", 10000);
    assert_int_equal(replica_plan_make(&plan, &is, &up, &err), ROUTER_DONE);
    assert_int_equal(replica_plan_make(&plan, &is, &down, &err), ROUTER_DONE);
    struct router_seen seen;
    replica_state_view(&is, &seen);
    assert_int_equal(seen.weight_bp, 10000);
    assert_true(seen.settled);
    is.canary.ready = 19;
    replica_state_view(&is, &seen);
    assert_false(seen.settled);
}

static void going_back_is_one_write_while_stable_has_pods(void **state) {
    (void)state;
    static const enum replica_step some[] = {
        REPLICA_NARROW, REPLICA_SCALE_STABLE, REPLICA_END};
    static const enum replica_step none[] = {
        REPLICA_SCALE_STABLE, REPLICA_WAIT_STABLE, REPLICA_NARROW, REPLICA_SCALE_STABLE,
        REPLICA_END};
    const struct router_intent intent = {.back = true, .before_bp = 77};
    struct replica_state is = state_of(3, 999, "", 1);
    struct replica_plan plan;
    struct error err = {0};
    assert_int_equal(replica_plan_make(&plan, &is, &intent, &err), ROUTER_DONE);
    has_steps(&plan, some, 3);
    assert_int_equal(plan.wish.stable, 20);
    is = state_of(0, 20, "", 10000);
    assert_int_equal(replica_plan_make(&plan, &is, &intent, &err), ROUTER_DONE);
    has_steps(&plan, none, 5);
}

static void what_was_interrupted_goes_on(void **state) {
    (void)state;
    const struct {
        struct replica_state is;
        uint32_t before_bp, weight_bp;
        enum router_outcome outcome;
    } rows[] = {
        {state_of(19, 1, "", 500), 500, 2500, ROUTER_DONE},
        {state_of(19, 5, "", 500), 500, 2500, ROUTER_DONE},
        {state_of(15, 5, "", 2500), 500, 2500, ROUTER_DONE},
        {state_of(19, 4, "", 500), 500, 2500, ROUTER_CONFLICT},
        {state_of(18, 1, "", 500), 500, 2500, ROUTER_CONFLICT},
        {state_of(19, 1, "stable", 0), 500, 2500, ROUTER_CONFLICT},
        {state_of(20, 0, "", -1), 0, 500, ROUTER_DONE},
        {state_of(20, 1, "stable", 0), 0, 500, ROUTER_DONE},
        {state_of(20, 1, "", 500), 0, 500, ROUTER_DONE},
        {state_of(20, 1, "", -1), 0, 500, ROUTER_CONFLICT},
        {state_of(19, 1, "", 500), 500, 100, ROUTER_REFUSED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct router_intent intent = {
            .before_bp = rows[i].before_bp, .weight_bp = rows[i].weight_bp};
        struct replica_plan plan;
        struct error err = {0};
        assert_int_equal(
            replica_plan_make(&plan, &rows[i].is, &intent, &err), rows[i].outcome);
        assert_int_equal(err.code == ERROR_NONE, rows[i].outcome == ROUTER_DONE);
    }
}

static void a_state_shows_the_weight_that_holds(void **state) {
    (void)state;
    struct router_seen seen;
    struct replica_state is = state_of(10, 10, "stable", 5000);
    replica_state_view(&is, &seen);
    assert_int_equal(seen.weight_bp, 0);
    /* 3.3 % of 20 pods is one pod, as 5 % is. */
    is = state_of(19, 1, "", 480);
    replica_state_view(&is, &seen);
    assert_int_equal(seen.weight_bp, 480);
    is = state_of(15, 5, "", 480);
    replica_state_view(&is, &seen);
    assert_int_equal(seen.weight_bp, 2500);
    is.canary.ready = 0;
    replica_state_view(&is, &seen);
    assert_int_equal(seen.weight_bp, 0);
    assert_false(seen.settled);
    assert_non_null(strstr(seen.words, "0 of 5 pods"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(going_up_the_canary_grows_first),
        cmocka_unit_test(going_down_stable_grows_first),
        cmocka_unit_test(all_is_a_service_of_the_canary),
        cmocka_unit_test(going_back_is_one_write_while_stable_has_pods),
        cmocka_unit_test(what_was_interrupted_goes_on),
        cmocka_unit_test(a_state_shows_the_weight_that_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
