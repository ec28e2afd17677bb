/* SPDX-License-Identifier: MIT */
#include "core/harm.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "core/decision.h"
#include "support/mixed_users.h"
#include "support/observed.h"

/* How often at most something may happen in so many runs, of which it should in one of
 * a hundred: two standard errors more. */
static double at_most(unsigned runs, double ratio) {
    return runs * (ratio + 2 * sqrt(ratio * (1 - ratio) / runs));
}

struct scene {
    struct evidence evidence;
    struct mixed_users users;
};

static int make_scene(void **state) {
    struct scene *scene = memory_new(sizeof *scene);
    random_seed(&scene->users.random, 500);
    scene->users.weight_bp = 500;
    scene->users.stable_rate = scene->users.canary_rate = 0.005;
    *state = scene;
    return 0;
}

static int free_scene(void **state) {
    free(*state);
    return 0;
}

static void begin(struct scene *scene) {
    struct rollout_rules rules = rollout_rules_default();
    rules.metrics = HARM_BIT(HARM_ERRORS);
    evidence_init(&scene->evidence, &rules);
    evidence_start_step(&scene->evidence, scene->users.weight_bp);
    mixed_users_draw(&scene->users);
}

/* Whether harm was ever seen, looking after each of so many requests. */
static bool is_alarmed(struct scene *scene, unsigned requests, bool by_request) {
    begin(scene);
    for (unsigned i = 0; i < requests; i++) {
        struct observation seen = mixed_users_ask(&scene->users);
        if (by_request) seen.user = 0;
        evidence_add(&scene->evidence, &seen);
    }
    return evidence_p_value(&scene->evidence) <= 0.01;
}

static void users_are_counted_once_because_requests_mislead(void **state) {
    enum { RUNS = 400, REQUESTS = 2000 };
    struct scene *scene = *state;
    scene->users.count = 500;
    scene->users.failing = 0.05;
    unsigned by_user = 0;
    unsigned by_request = 0;
    for (unsigned run = 0; run < RUNS; run++) {
        by_user += is_alarmed(scene, REQUESTS, false);
        by_request += is_alarmed(scene, REQUESTS, true);
    }
    assert_true(by_user <= at_most(RUNS, 0.01));
    /* About nine of a hundred: the test would not be valid. */
    assert_true(by_request > 3 * at_most(RUNS, 0.01));
}

/* Canary requests until it is rolled back; looked at after each of them. */
static unsigned requests_until_back(struct scene *scene) {
    begin(scene);
    const struct decision_moment moment = {
        .weight_bp = scene->users.weight_bp, .next_bp = 2500, .is_ready = true};
    unsigned on_canary = 0;
    while (on_canary < 1000) {
        struct observation seen = mixed_users_ask(&scene->users);
        evidence_add(&scene->evidence, &seen);
        if (seen.assigned != ARM_CANARY) continue;
        on_canary++;
        if (seen.failed == 0) continue;
        struct decision decision = decision_make(&scene->evidence, &moment);
        if (decision.kind == DECISION_ROLL_BACK) break;
    }
    return on_canary;
}

static int by_size(const void *a, const void *b) {
    const unsigned *one = a;
    const unsigned *other = b;
    return (*one > *other) - (*one < *other);
}

static void a_bad_canary_is_rolled_back_after_a_few_requests(void **state) {
    enum { RUNS = 101 };
    struct scene *scene = *state;
    scene->users.count = 5000;
    scene->users.canary_rate = 0.15;
    unsigned requests[RUNS];
    for (unsigned i = 0; i < RUNS; i++) requests[i] = requests_until_back(scene);
    qsort(requests, RUNS, sizeof *requests, by_size);
    assert_in_range(requests[RUNS / 2], 8, 40);
    assert_in_range(requests[RUNS * 9 / 10], 8, 100);
}

/* Ten minutes at two requests a second; for five of them three of ten fail, on either
 * version. */
static bool is_outage_taken_for_harm(struct evidence *evidence, struct random *random) {
    struct rollout_rules rules = rollout_rules_default();
    evidence_init(evidence, &rules);
    evidence_start_step(evidence, 500);
    for (unsigned second = 0; second < 600; second++) {
        double rate = second >= 150 && second < 450 ? 0.3 : 0.005;
        for (unsigned i = 0; i < 2; i++) {
            enum arm arm = random_unit(random) < 0.05 ? ARM_CANARY : ARM_STABLE;
            bool failed = random_unit(random) < rate;
            struct observation seen =
                observed(arm, 500, 0, failed ? HARM_BIT(HARM_ERRORS) : 0);
            evidence_add(evidence, &seen);
        }
    }
    return evidence_p_value(evidence) <= rules.alpha;
}

static void an_outage_of_both_is_hardly_ever_taken_for_harm(void **state) {
    enum { RUNS = 1000 };
    struct scene *scene = *state;
    unsigned taken = 0;
    for (unsigned run = 0; run < RUNS; run++) {
        taken += is_outage_taken_for_harm(&scene->evidence, &scene->users.random);
    }
    assert_true(taken <= RUNS * 0.005);
}

/* Canary requests until one that is so many times as slow is rolled back; 0: never. */
static unsigned requests_until_slow(struct scene *scene, double times) {
    struct evidence *evidence = &scene->evidence;
    struct random *random = &scene->users.random;
    struct rollout_rules rules = rollout_rules_default();
    evidence_init(evidence, &rules);
    for (unsigned i = 0; i < BASELINE_ROOM; i++) {
        baseline_add(&evidence->latency, (uint64_t)random_lognormal(random, 1e6, 0.8));
    }
    evidence_start_step(evidence, 500);
    const struct decision_moment moment = {
        .weight_bp = 500, .next_bp = 2500, .is_ready = true};
    unsigned on_canary = 0;
    while (on_canary < 1000) {
        enum arm arm = random_unit(random) < 0.05 ? ARM_CANARY : ARM_STABLE;
        struct observation seen = observed(arm, 500, 0, 0);
        double slower = arm == ARM_CANARY ? times : 1;
        seen.latency_us = (uint64_t)random_lognormal(random, 1e6 * slower, 0.8);
        evidence_add(evidence, &seen);
        if (arm == ARM_STABLE) continue;
        on_canary++;
        struct decision decision = decision_make(evidence, &moment);
        if (decision.kind == DECISION_ROLL_BACK) return on_canary;
    }
    return 0;
}

static void a_slow_canary_is_rolled_back_and_an_equal_one_is_not(void **state) {
    enum { RUNS = 40 };
    struct scene *scene = *state;
    unsigned found = 0;
    for (unsigned i = 0; i < RUNS; i++) {
        unsigned requests = requests_until_slow(scene, 2);
        found += requests > 0 && requests <= 120;
    }
    assert_true(found >= RUNS * 9 / 10);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(requests_until_slow(scene, 1), 0);
    }
}

static void what_is_material_is_asked_of_the_labels(void **state) {
    (void)state;
    struct rollout_rules rules = rollout_rules_default();
    struct harm harm;
    harm_init(&harm, HARM_ERRORS, &rules);
    assert_false(harm_is_material(&harm, HARM_ERRORS, &rules));
    /* An outage while 5 % are on the canary, and then a canary that fails at 50 %: the
     * rates over both would hide it. */
    for (unsigned i = 0; i < 300; i++) {
        harm_try(&harm, ARM_STABLE, true);
        if (i % 19 == 0) harm_try(&harm, ARM_CANARY, true);
        harm_fail(&harm, i % 20 == 0 ? ARM_CANARY : ARM_STABLE, 0.05, &rules);
    }
    assert_false(harm_is_material(&harm, HARM_ERRORS, &rules));
    for (unsigned i = 0; i < 1000; i++) {
        bool is_bad = i % 5 == 0;
        harm_try(&harm, ARM_CANARY, is_bad);
        harm_try(&harm, ARM_STABLE, false);
        if (is_bad) harm_fail(&harm, ARM_CANARY, 0.5, &rules);
    }
    assert_true(harm_is_material(&harm, HARM_ERRORS, &rules));
}

static void a_small_difference_of_much_is_material_too(void **state) {
    (void)state;
    struct rollout_rules rules = rollout_rules_default();
    struct harm harm;
    harm_init(&harm, HARM_ERRORS, &rules);
    harm.all[ARM_STABLE] = (struct trials){10000, 2000};
    harm.all[ARM_CANARY] = (struct trials){10000, 2099};
    assert_false(harm_is_material(&harm, HARM_ERRORS, &rules));
    harm.all[ARM_CANARY].failures = 2101;
    assert_true(harm_is_material(&harm, HARM_ERRORS, &rules));
    /* Of what is slow it takes more. */
    assert_false(harm_is_material(&harm, HARM_P50, &rules));
    harm.all[ARM_CANARY].failures = 2501;
    assert_true(harm_is_material(&harm, HARM_P50, &rules));
}

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, make_scene, free_scene)

int main(void) {
    const struct CMUnitTest tests[] = {
        SCENE_TEST(users_are_counted_once_because_requests_mislead),
        SCENE_TEST(a_bad_canary_is_rolled_back_after_a_few_requests),
        SCENE_TEST(an_outage_of_both_is_hardly_ever_taken_for_harm),
        SCENE_TEST(a_slow_canary_is_rolled_back_and_an_equal_one_is_not),
        cmocka_unit_test(what_is_material_is_asked_of_the_labels),
        cmocka_unit_test(a_small_difference_of_much_is_material_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
