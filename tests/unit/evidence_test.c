/* SPDX-License-Identifier: MIT */
#include "core/evidence.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "core/evidence_patience.h"
#include "core/random.h"
#include "core/weight.h"
#include "support/observed.h"
#include "support/weighed.h"

#define FAILED HARM_BIT(HARM_ERRORS)

static void the_first_failure_of_a_user_counts_and_no_other(void **state) {
    struct evidence *evidence = *state;
    evidence_start_step(evidence, 500);
    for (unsigned i = 0; i < 50; i++) weighed_add(evidence, ARM_CANARY, 1, FAILED);
    weighed_near(weighed_value(evidence, HARM_ERRORS), 5.986833);
    weighed_add(evidence, ARM_CANARY, 2, FAILED);
    weighed_add(evidence, ARM_CANARY, 3, 0);
    weighed_near(weighed_value(evidence, HARM_ERRORS), 56.195016);
    weighed_add(evidence, ARM_CANARY, 3, FAILED);
    weighed_near(weighed_value(evidence, HARM_ERRORS), 650.521981);
    const struct trials *canary = &evidence->harms[HARM_ERRORS].step[ARM_CANARY];
    assert_int_equal(canary->count, 53);
    assert_int_equal(canary->failures, 52);
    assert_int_equal(evidence->users[ARM_CANARY], 3);
    /* Requests of nobody in particular count each. */
    weighed_add(evidence, ARM_CANARY, 0, FAILED);
    weighed_add(evidence, ARM_CANARY, 0, FAILED);
    assert_int_equal(evidence->harms[HARM_ERRORS].first[ARM_CANARY], 5);
}

static void the_mean_keeps_a_place_for_what_never_came(void **state) {
    struct evidence *evidence = *state;
    evidence_start_step(evidence, 500);
    for (uint64_t user = 1; user <= 3; user++) {
        weighed_add(evidence, ARM_CANARY, user, FAILED);
    }
    /* No latency was seen: half of the mean stays at 1. */
    weighed_near(exp(evidence_log_value(evidence)), 0.5 * 650.521981 + 0.5);
    weighed_near(evidence_p_value(evidence), 1 / (0.5 * 650.521981 + 0.5));
    struct rollout_rules rules = rollout_rules_default();
    rules.metrics = HARM_ALL;
    evidence_init(evidence, &rules);
    evidence_start_step(evidence, 500);
    weighed_add(evidence, ARM_CANARY, 1, FAILED | HARM_BIT(HARM_TOOLS));
    weighed_add(evidence, ARM_CANARY, 1, HARM_BIT(HARM_REFUSALS));
    double share = (0.5 + 0.025 + 0.025) / 1.2;
    weighed_near(exp(evidence_log_value(evidence)), share * 5.986833 + 1 - share);
}

/* A canary that has lost its words would look as good as one that never fails. */
static void who_says_nothing_is_no_data(void **state) {
    struct evidence *evidence = *state;
    struct rollout_rules rules = rollout_rules_default();
    rules.metrics = HARM_OF_REQUESTS;
    evidence_init(evidence, &rules);
    evidence_start_step(evidence, 500);
    for (uint64_t user = 1; user <= 9; user++) {
        weighed_add(evidence, ARM_CANARY, user, 0);
    }
    const struct trials *tools = &evidence->harms[HARM_TOOLS].all[ARM_CANARY];
    const struct trials *errors = &evidence->harms[HARM_ERRORS].all[ARM_CANARY];
    assert_int_equal(errors->count, 9);
    assert_int_equal(tools->count, 0);
    assert_true(evidence_log_value(evidence) == 0);
    struct observation seen = observed(ARM_CANARY, 500, 10, 0);
    seen.told = HARM_BIT(HARM_TOOLS);
    evidence_add(evidence, &seen);
    assert_int_equal(tools->count, 1);
    assert_int_equal(evidence->harms[HARM_REFUSALS].all[ARM_CANARY].count, 0);
    seen.user = 11;
    seen.failed = HARM_BIT(HARM_TOOLS);
    evidence_add(evidence, &seen);
    assert_int_equal(tools->failures, 1);
    weighed_near(weighed_value(evidence, HARM_TOOLS), 5.986833);
}

static void little_of_the_mean_takes_few_users_more(void **state) {
    struct evidence *evidence = *state;
    assert_int_equal(weighed_count_users(evidence, HARM_ERRORS), 3);
    assert_int_equal(weighed_count_users(evidence, HARM_TOOLS), 4);
    assert_int_equal(weighed_count_users(evidence, HARM_REFUSALS), 4);
    assert_int_equal(weighed_count_users(evidence, HARM_COST), 6);
    assert_int_equal(weighed_count_users(evidence, HARM_TOKENS), 6);
}

static void what_nobody_was_sent_to_does_not_enter(void **state) {
    struct evidence *evidence = *state;
    evidence_start_step(evidence, 500);
    static const uint32_t weights_bp[] = {0, WEIGHT_ALL_BP + 1, UINT32_MAX};
    for (size_t i = 0; i < 3; i++) {
        struct observation seen = observed(ARM_CANARY, weights_bp[i], 9, FAILED);
        assert_int_equal(evidence_add(evidence, &seen), 0);
    }
    assert_int_equal(evidence->outside, 3);
    assert_int_equal(evidence->known.count, 0);
    assert_int_equal(evidence->harms[HARM_ERRORS].all[ARM_CANARY].count, 0);
    weighed_near(exp(evidence_log_value(evidence)), 1);
    /* With all traffic on it a failure counts, and says nothing about a difference. */
    struct observation seen = observed(ARM_CANARY, WEIGHT_ALL_BP, 9, FAILED);
    evidence_add(evidence, &seen);
    assert_int_equal(evidence->harms[HARM_ERRORS].all[ARM_CANARY].failures, 1);
    weighed_near(exp(evidence_log_value(evidence)), 1);
}

static void slow_is_what_was_rare_on_stable_before(void **state) {
    struct evidence *evidence = *state;
    evidence_start_step(evidence, 500);
    assert_false(evidence->harms[HARM_P50].has_limit);
    weighed_learn_latency(evidence);
    assert_false(evidence->harms[HARM_P50].has_limit);
    assert_int_equal(evidence_patience_us(evidence), EVIDENCE_PATIENCE_US);
    struct observation seen = observed(ARM_CANARY, 500, 5, 0);
    seen.latency_us = 950000;
    evidence_add(evidence, &seen);
    assert_int_equal(evidence->harms[HARM_P50].limit, 500000);
    assert_int_equal(evidence->harms[HARM_P90].limit, 900000);
    assert_int_equal(evidence->harms[HARM_P95].limit, 950000);
    assert_int_equal(evidence->harms[HARM_P99].limit, 990000);
    assert_int_equal(evidence_patience_us(evidence), 990000);
    assert_int_equal(evidence->harms[HARM_P90].all[ARM_CANARY].failures, 1);
    assert_int_equal(evidence->harms[HARM_P95].all[ARM_CANARY].count, 1);
    assert_int_equal(evidence->harms[HARM_P95].all[ARM_CANARY].failures, 0);
    assert_true(weighed_value(evidence, HARM_P50) > 1);
    assert_true(weighed_value(evidence, HARM_P90) > weighed_value(evidence, HARM_P50));
    weighed_near(weighed_value(evidence, HARM_P95), 1);
    assert_int_equal(
        histogram_count_below(&evidence->latencies[ARM_CANARY], 960000), 1);
}

static void stable_may_be_a_little_faster_where_that_is_tolerated(void **state) {
    struct evidence *evidence = *state;
    struct rollout_rules rules = rollout_rules_default();
    rules.slower_tolerated = 1.25;
    evidence_init(evidence, &rules);
    weighed_learn_latency(evidence);
    evidence_start_step(evidence, 500);
    struct observation seen = observed(ARM_STABLE, 500, 1, 0);
    seen.latency_us = 450000;
    evidence_add(evidence, &seen);
    assert_int_equal(evidence->harms[HARM_P50].all[ARM_STABLE].failures, 1);
    seen = observed(ARM_CANARY, 500, 2, 0);
    seen.latency_us = 450000;
    evidence_add(evidence, &seen);
    assert_int_equal(evidence->harms[HARM_P50].all[ARM_CANARY].failures, 0);
}

static void just_after_a_raise_errors_count_and_latency_does_not(void **state) {
    struct evidence *evidence = *state;
    weighed_learn_latency(evidence);
    evidence_start_step(evidence, 500);
    struct observation seen = observed(ARM_CANARY, 500, 5, FAILED);
    seen.latency_us = 9000000;
    seen.is_warming = true;
    evidence_add(evidence, &seen);
    assert_int_equal(evidence->harms[HARM_P50].all[ARM_CANARY].count, 0);
    assert_int_equal(evidence->latencies[ARM_CANARY].count, 0);
    assert_int_equal(evidence->harms[HARM_ERRORS].all[ARM_CANARY].failures, 1);
}

static void what_still_runs_is_slow_already_and_is_counted_once(void **state) {
    struct evidence *evidence = *state;
    weighed_learn_latency(evidence);
    evidence_start_step(evidence, 500);
    struct observation seen = observed(ARM_CANARY, 500, 5, 0);
    seen.latency_us = 1200000;
    seen.is_running = true;
    evidence_add(evidence, &seen);
    assert_int_equal(evidence->harms[HARM_P99].first[ARM_CANARY], 1);
    assert_int_equal(evidence->harms[HARM_P99].all[ARM_CANARY].count, 0);
    seen.is_running = false;
    seen.latency_us = 3000000;
    evidence_add(evidence, &seen);
    assert_int_equal(evidence->harms[HARM_P99].first[ARM_CANARY], 1);
    assert_int_equal(evidence->harms[HARM_P99].all[ARM_CANARY].count, 1);
    assert_int_equal(evidence->harms[HARM_P99].all[ARM_CANARY].failures, 1);
}

static void dear_is_above_what_stable_costs(void **state) {
    struct evidence *evidence = *state;
    struct rollout_rules rules = rollout_rules_default();
    rules.metrics = HARM_ALL;
    evidence_init(evidence, &rules);
    for (uint64_t i = 1; i <= 1000; i++) {
        struct observation seen = observed(ARM_STABLE, 0, 0, 0);
        seen.cost_micro = i;
        seen.tokens = 2 * i;
        evidence_add(evidence, &seen);
    }
    evidence_start_step(evidence, 500);
    struct observation seen = observed(ARM_CANARY, 500, 5, 0);
    seen.cost_micro = 951;
    seen.tokens = 1900;
    evidence_add(evidence, &seen);
    assert_int_equal(evidence->harms[HARM_COST].all[ARM_CANARY].failures, 1);
    assert_int_equal(evidence->harms[HARM_TOKENS].all[ARM_CANARY].count, 1);
    assert_int_equal(evidence->harms[HARM_TOKENS].all[ARM_CANARY].failures, 0);
}

static void the_split_is_checked_on_users_not_on_requests(void **state) {
    struct evidence *evidence = *state;
    evidence_start_step(evidence, 500);
    for (unsigned i = 0; i < 5000; i++) weighed_add(evidence, ARM_CANARY, 1, 0);
    assert_int_equal(evidence->split.units, 1);
    assert_false(split_check_is_broken(&evidence->split));
    /* Assigned to the canary, served by stable: a proxy that does not do as told. */
    for (uint64_t user = 10; user < 400; user++) {
        struct observation seen =
            observed(user % 20 == 0 ? ARM_CANARY : ARM_STABLE, 500, user, 0);
        seen.served = ARM_STABLE;
        evidence_add(evidence, &seen);
    }
    assert_true(split_check_is_broken(&evidence->split));
}

static void the_split_is_checked_again_in_each_step(void **state) {
    struct evidence *evidence = *state;
    evidence_start_step(evidence, 500);
    for (uint64_t user = 1; user <= 400; user++) {
        weighed_add(evidence, user % 20 == 0 ? ARM_CANARY : ARM_STABLE, user, 0);
    }
    assert_null(evidence_broken_split(evidence));
    /* The same users: nobody is new, and all stay where they were. */
    evidence_start_step(evidence, 2500);
    for (uint64_t user = 1; user <= 400; user++) {
        struct observation seen =
            observed(user % 20 == 0 ? ARM_CANARY : ARM_STABLE, 2500, user, 0);
        evidence_add(evidence, &seen);
        evidence_add(evidence, &seen);
    }
    assert_int_equal(evidence->split.units, 0);
    /* A few may be taken for somebody else. */
    assert_in_range(evidence->step_split.units, 385, 400);
    assert_ptr_equal(evidence_broken_split(evidence), &evidence->step_split);
    evidence->rules.is_split_unknown = true;
    assert_null(evidence_broken_split(evidence));
}

static void what_is_worth_nothing_is_started_over(void **state) {
    struct evidence *evidence = *state;
    weighed_learn_latency(evidence);
    evidence_start_step(evidence, 500);
    for (uint64_t user = 1; user <= 400; user++) {
        weighed_add(evidence, ARM_CANARY, user, FAILED);
    }
    assert_non_null(evidence_broken_split(evidence));
    assert_true(evidence_p_value(evidence) < 0.01);
    evidence_start_over(evidence);
    assert_null(evidence_broken_split(evidence));
    weighed_near(evidence_p_value(evidence), 1);
    weighed_near(exp(evidence_log_value(evidence)), 1);
    assert_int_equal(evidence->harms[HARM_ERRORS].all[ARM_CANARY].count, 0);
    assert_int_equal(evidence->harms[HARM_P50].limit, 500000);
    assert_int_equal(evidence->split.weight_bp, 500);
    /* Who failed then does not fail for the first time now. */
    weighed_add(evidence, ARM_CANARY, 7, FAILED);
    weighed_near(exp(evidence_log_value(evidence)), 1);
    weighed_add(evidence, ARM_CANARY, 1007, FAILED);
    assert_true(exp(evidence_log_value(evidence)) > 2);
}

static void trouble_of_stable_ends_what_can_be_compared(void **state) {
    struct evidence *evidence = *state;
    for (unsigned i = 0; i < 1000; i++) {
        struct observation seen = observed(ARM_STABLE, 0, 0, i % 200 == 0 ? FAILED : 0);
        evidence_add(evidence, &seen);
    }
    const struct harm *errors = &evidence->harms[HARM_ERRORS];
    evidence_start_step(evidence, 500);
    for (unsigned i = 0; i < 500; i++) {
        weighed_add(evidence, i % 20 == 0 ? ARM_CANARY : ARM_STABLE, 0, 0);
    }
    assert_int_equal(errors->steady[ARM_CANARY].count, 25);
    evidence_start_step(evidence, 500);
    assert_int_equal(errors->steady[ARM_CANARY].count, 25);
    assert_int_equal(errors->step[ARM_CANARY].count, 0);
    for (unsigned i = 0; i < 60; i++) weighed_add(evidence, ARM_STABLE, 0, FAILED);
    assert_true(surroundings_are_bad(&evidence->surroundings));
    assert_int_equal(errors->steady[ARM_CANARY].count, 0);
    assert_int_equal(errors->all[ARM_CANARY].count, 25);
    for (unsigned i = 0; i < 500; i++) weighed_add(evidence, ARM_STABLE, 0, 0);
    assert_false(surroundings_are_bad(&evidence->surroundings));
    assert_int_equal(errors->steady[ARM_STABLE].count, 500);
}

static void counters_without_users_make_blocks(void **state) {
    struct evidence *evidence = *state;
    const struct trials canary = {100, 15};
    const struct trials stable = {1900, 10};
    evidence_start_step(evidence, 500);
    evidence_add_counts(evidence, HARM_ERRORS, &canary, &stable);
    weighed_near(exp(evidence_log_value(evidence)), 1); /* its split is known */
    struct rollout_rules rules = rollout_rules_default();
    rules.is_split_unknown = true;
    evidence_init(evidence, &rules);
    evidence_start_step(evidence, 500);
    evidence_add_counts(evidence, HARM_ERRORS, &canary, &stable);
    assert_true(evidence_p_value(evidence) < 0.01);
    assert_int_equal(evidence->harms[HARM_ERRORS].step[ARM_STABLE].count, 1900);
    /* Requests make blocks, too. */
    evidence_init(evidence, &rules);
    for (uint64_t i = 0; i < 100; i++) {
        weighed_add(
            evidence, i % 5 == 0 ? ARM_CANARY : ARM_STABLE, 0,
            i % 10 == 0 ? FAILED : 0);
    }
    assert_true(evidence_p_value(evidence) < 0.01);
    assert_int_equal(evidence_users_needed(&rules, 0.05), 0);
}

static void so_many_users_are_needed(void **state) {
    (void)state;
    struct rollout_rules rules = rollout_rules_default();
    assert_int_equal(evidence_users_needed(&rules, 0.05), 3);
    assert_int_equal(evidence_users_needed(&rules, 0.0), 0);
    assert_int_equal(evidence_users_needed(&rules, 1.0), 0);
    assert_true(evidence_users_needed(&rules, 0.5) > 6);
    assert_true(evidence_users_needed(&rules, 0.5) < 15);
}

enum { MOMENT = 40 };

/* A user has one arm, whatever the order. */
static void draw_moment(struct random *random, struct observation *seen) {
    for (size_t i = 0; i < MOMENT; i++) {
        seen[i] = observed_any(random, 2500);
        seen[i].assigned = seen[i].user % 4 == 0 ? ARM_CANARY : ARM_STABLE;
        seen[i].served = seen[i].assigned;
    }
}

static void begin(struct evidence *evidence) {
    struct rollout_rules rules = rollout_rules_default();
    evidence_init(evidence, &rules);
    weighed_learn_latency(evidence);
    evidence_start_step(evidence, 2500);
}

static void assert_alike(const struct evidence *one, const struct evidence *other) {
    weighed_near(exp(evidence_log_value(one)), exp(evidence_log_value(other)));
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        const struct harm *harm = &one->harms[i];
        const struct harm *same = &other->harms[i];
        assert_memory_equal(harm->all, same->all, sizeof harm->all);
        assert_memory_equal(harm->first, same->first, sizeof harm->first);
    }
}

static void what_came_at_the_same_moment_may_come_in_any_order(void **state) {
    struct evidence *one = *state;
    struct evidence *other = memory_new(sizeof *other);
    struct random random;
    random_seed(&random, 78);
    for (unsigned round = 0; round < 20; round++) {
        struct observation seen[MOMENT];
        draw_moment(&random, seen);
        begin(one);
        begin(other);
        for (size_t i = 0; i < MOMENT; i++) evidence_add(one, &seen[i]);
        for (size_t i = MOMENT; i > 0; i--) evidence_add(other, &seen[i - 1]);
        assert_alike(one, other);
    }
    free(other);
}

#define EVIDENCE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, weighed_open, weighed_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        EVIDENCE_TEST(the_first_failure_of_a_user_counts_and_no_other),
        EVIDENCE_TEST(the_mean_keeps_a_place_for_what_never_came),
        EVIDENCE_TEST(who_says_nothing_is_no_data),
        EVIDENCE_TEST(little_of_the_mean_takes_few_users_more),
        EVIDENCE_TEST(what_nobody_was_sent_to_does_not_enter),
        EVIDENCE_TEST(slow_is_what_was_rare_on_stable_before),
        EVIDENCE_TEST(stable_may_be_a_little_faster_where_that_is_tolerated),
        EVIDENCE_TEST(just_after_a_raise_errors_count_and_latency_does_not),
        EVIDENCE_TEST(what_still_runs_is_slow_already_and_is_counted_once),
        EVIDENCE_TEST(dear_is_above_what_stable_costs),
        EVIDENCE_TEST(the_split_is_checked_on_users_not_on_requests),
        EVIDENCE_TEST(the_split_is_checked_again_in_each_step),
        EVIDENCE_TEST(what_is_worth_nothing_is_started_over),
        EVIDENCE_TEST(trouble_of_stable_ends_what_can_be_compared),
        EVIDENCE_TEST(counters_without_users_make_blocks),
        cmocka_unit_test(so_many_users_are_needed),
        EVIDENCE_TEST(what_came_at_the_same_moment_may_come_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
