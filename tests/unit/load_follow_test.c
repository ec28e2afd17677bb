/* SPDX-License-Identifier: MIT */
#include "core/load_follow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"

#define S NS_PER_S

/* Shard 1 of 2, what it is ordered, and what it does about it. */
struct scene {
    struct load_follow follow;
    struct load_order order;
    struct error err;
};

static struct scene begin(void) {
    struct scene scene = {
        .follow =
            {.shard = 1,
             .shards = 2,
             .token = 77,
             .began_ns = 100 * S,
             .patience_ns = 20 * S},
        .order = {.kind = LOAD_ORDER_GATHER, .token_count = 2}};
    text_copy(scene.follow.digest, sizeof scene.follow.digest, "same");
    text_copy(scene.order.digest, sizeof scene.order.digest, "same");
    text_copy(scene.order.run, sizeof scene.order.run, "run1");
    text_copy(scene.order.who, sizeof scene.order.who, "box (pid 7)");
    return scene;
}

static enum load_follow_step hear(struct scene *scene, uint64_t at_s) {
    return load_follow_on_order(&scene->follow, &scene->order, at_s * S, &scene->err);
}

static enum load_follow_step hear_kind(
    struct scene *scene, enum load_order_kind kind, uint64_t at_s) {
    scene->order.kind = kind;
    return hear(scene, at_s);
}

static void expect(const struct scene *scene, enum error_code code, const char *words) {
    assert_int_equal(scene->err.code, code);
    if (!strstr(scene->err.message, words)) fail_msg("\"%s\"", scene->err.message);
}

static struct scene ready(void) {
    struct scene scene = begin();
    assert_int_equal(hear(&scene, 101), LOAD_FOLLOW_PREPARE);
    load_follow_on_ready(&scene.follow);
    scene.order.tokens[1].token = 77;
    return scene;
}

static struct scene running(void) {
    struct scene scene = ready();
    assert_int_equal(hear_kind(&scene, LOAD_ORDER_START, 102), LOAD_FOLLOW_START);
    return scene;
}

static void it_begins_only_when_ordered(void **state) {
    (void)state;
    struct scene scene = ready();
    assert_int_equal(hear(&scene, 102), LOAD_FOLLOW_WAIT);
    assert_int_equal(hear_kind(&scene, LOAD_ORDER_START, 103), LOAD_FOLLOW_START);
    assert_int_equal(hear(&scene, 104), LOAD_FOLLOW_WAIT);
    assert_int_equal(scene.follow.state, FOLLOW_RUNS);
}

static void nobody_comes_and_it_ends(void **state) {
    (void)state;
    struct scene scene = begin();
    assert_int_equal(
        load_follow_on_order(&scene.follow, NULL, 101 * S, &scene.err),
        LOAD_FOLLOW_WAIT);
    assert_int_equal(
        load_follow_look(&scene.follow, 119 * S, &scene.err), LOAD_FOLLOW_WAIT);
    assert_int_equal(
        load_follow_look(&scene.follow, 120 * S, &scene.err), LOAD_FOLLOW_LEAVE);
    expect(&scene, ERROR_TIMEOUT, "no collector has come within 20");
}

static void a_run_that_goes_on_already_is_another_one(void **state) {
    (void)state;
    struct scene scene = begin();
    assert_int_equal(hear_kind(&scene, LOAD_ORDER_START, 101), LOAD_FOLLOW_WAIT);
    assert_int_equal(scene.follow.state, FOLLOW_SEEKS);
}

static void it_follows_nobody_who_wants_something_else(void **state) {
    (void)state;
    struct scene scene = begin();
    scene.order.token_count = 3;
    assert_int_equal(hear(&scene, 101), LOAD_FOLLOW_LEAVE);
    expect(&scene, ERROR_USAGE, "collects 3 shards, and this is one of 2");
    scene = begin();
    text_copy(scene.order.digest, sizeof scene.order.digest, "other");
    assert_int_equal(hear(&scene, 101), LOAD_FOLLOW_LEAVE);
    expect(&scene, ERROR_USAGE, "another load");
}

static void a_place_that_is_taken_is_not_fought_for(void **state) {
    (void)state;
    struct scene scene = ready();
    scene.order.tokens[1].token = 5;
    assert_int_equal(hear(&scene, 102), LOAD_FOLLOW_LEAVE);
    expect(&scene, ERROR_CONFLICT, "shard 1 of this run is somebody else");
    scene = ready();
    scene.order.tokens[1].token = 0;
    assert_int_equal(hear_kind(&scene, LOAD_ORDER_START, 102), LOAD_FOLLOW_LEAVE);
    expect(&scene, ERROR_CONFLICT, "began without");
}

static void a_run_that_is_called_off_says_why(void **state) {
    (void)state;
    struct scene scene = ready();
    text_copy(scene.order.why, sizeof scene.order.why, "shard 0 never came");
    assert_int_equal(hear_kind(&scene, LOAD_ORDER_CUT, 102), LOAD_FOLLOW_LEAVE);
    expect(&scene, ERROR_CANCELLED, "called off: shard 0 never came");
    scene = begin();
    hear(&scene, 101); /* its generator is not ready yet */
    assert_int_equal(hear_kind(&scene, LOAD_ORDER_STOP, 102), LOAD_FOLLOW_LEAVE);
}

static void a_stop_drains_once_and_a_cut_ends_it(void **state) {
    (void)state;
    struct scene scene = running();
    assert_int_equal(hear_kind(&scene, LOAD_ORDER_STOP, 103), LOAD_FOLLOW_STOP);
    assert_int_equal(hear(&scene, 104), LOAD_FOLLOW_WAIT);
    assert_int_equal(hear_kind(&scene, LOAD_ORDER_CUT, 105), LOAD_FOLLOW_CUT);
    assert_int_equal(scene.err.code, ERROR_NONE);
    assert_int_equal(hear(&scene, 106), LOAD_FOLLOW_WAIT);
}

static void a_new_level_is_taken_once(void **state) {
    (void)state;
    struct scene scene = running();
    scene.order.level_count = 1;
    assert_int_equal(hear(&scene, 103), LOAD_FOLLOW_LEVEL);
    assert_int_equal(hear(&scene, 104), LOAD_FOLLOW_WAIT);
}

static void without_a_collector_it_stops(void **state) {
    (void)state;
    struct scene scene = running();
    assert_int_equal(
        load_follow_on_order(&scene.follow, NULL, 103 * S, &scene.err),
        LOAD_FOLLOW_CUT);
    expect(&scene, ERROR_LOST, "collector, box (pid 7), is gone");
    scene = running();
    text_copy(scene.order.run, sizeof scene.order.run, "run2");
    assert_int_equal(hear(&scene, 103), LOAD_FOLLOW_CUT);
    scene = ready();
    assert_int_equal(
        load_follow_on_order(&scene.follow, NULL, 103 * S, &scene.err),
        LOAD_FOLLOW_LEAVE);
}

static void without_a_word_from_redis_it_stops(void **state) {
    (void)state;
    struct scene scene = running();
    hear(&scene, 110);
    assert_int_equal(
        load_follow_look(&scene.follow, 110 * S + LOAD_LEASE_NS - 1, &scene.err),
        LOAD_FOLLOW_WAIT);
    assert_int_equal(
        load_follow_look(&scene.follow, 110 * S + LOAD_LEASE_NS, &scene.err),
        LOAD_FOLLOW_CUT);
    expect(&scene, ERROR_LOST, "nothing heard");
    scene = ready();
    assert_int_equal(
        load_follow_look(&scene.follow, 200 * S, &scene.err), LOAD_FOLLOW_LEAVE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_only_when_ordered),
        cmocka_unit_test(nobody_comes_and_it_ends),
        cmocka_unit_test(a_run_that_goes_on_already_is_another_one),
        cmocka_unit_test(it_follows_nobody_who_wants_something_else),
        cmocka_unit_test(a_place_that_is_taken_is_not_fought_for),
        cmocka_unit_test(a_run_that_is_called_off_says_why),
        cmocka_unit_test(a_stop_drains_once_and_a_cut_ends_it),
        cmocka_unit_test(a_new_level_is_taken_once),
        cmocka_unit_test(without_a_collector_it_stops),
        cmocka_unit_test(without_a_word_from_redis_it_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
