/* SPDX-License-Identifier: MIT */
#include "core/forecast.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/promotion_gate.h"

static struct forecast_basis basis_of(double requests_per_s, uint64_t users) {
    return (struct forecast_basis){
        .rules = rollout_rules_default(),
        .requests_per_s = requests_per_s,
        .users = users,
        .stable_before = 1000};
}

static void a_step_takes_so_many_requests_and_minutes(void **state) {
    (void)state;
    static const struct {
        uint32_t weight_bp, next_bp;
        uint64_t requests;
        double minutes;
    } rows[] = {
        {500, 2500, 105, 17.5}, {2500, 5000, 225, 7.5}, {5000, 10000, 486, 8.1}};
    struct forecast_basis basis = basis_of(2, 5000);
    basis.rules.hold_ms = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct forecast forecast =
            forecast_step(&basis, rows[i].weight_bp, rows[i].next_bp);
        assert_int_equal(forecast.end, FORECAST_DECIDES);
        assert_int_equal(forecast.requests_needed, rows[i].requests);
        assert_true(fabs(forecast.minutes - rows[i].minutes) < 1e-9);
    }
}

/* By the book a step takes its time, however few requests there are. */
static void the_book_needs_only_something_seen(void **state) {
    (void)state;
    struct forecast_basis basis = basis_of(0.1, 200);
    basis.rules.rule = ROLLOUT_BY_BOOK;
    basis.stable_before = 0;
    struct forecast forecast = forecast_step(&basis, 500, 2500);
    assert_int_equal(forecast.end, FORECAST_DECIDES);
    assert_int_equal(forecast.requests_needed, 1);
    assert_int_equal(forecast.stable_needed, 1);
    assert_true(fabs(forecast.minutes - 10) < 1e-9);
    basis.users = 10; /* half a user on the canary */
    assert_int_equal(forecast_step(&basis, 500, 2500).end, FORECAST_FEW_USERS);
    basis.rules.rule = ROLLOUT_BY_EVIDENCE;
    assert_true(forecast_step(&basis, 500, 2500).requests_needed > 100);
}

static void what_earlier_steps_bring_counts(void **state) {
    (void)state;
    struct forecast_basis basis = basis_of(2, 5000);
    static const uint32_t weights_bp[] = {500, 2500, 5000, 10000};
    struct forecast steps[4];
    forecast_steps(basis, weights_bp, 4, steps);
    static const double minutes[] = {17.5, 10, 10, 10};
    static const uint64_t requests[] = {105, 225, 486, 486};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(steps[i].end, FORECAST_DECIDES);
        assert_int_equal(steps[i].requests_needed, requests[i]);
        assert_true(fabs(steps[i].minutes - minutes[i]) < 1e-9);
    }
    assert_true(fabs(steps[1].canary_after - (105 + 300)) < 1e-9);
    /* 81 more at 50 % are there in 1.35 minutes. */
    basis.rules.hold_ms = 0;
    basis.canary_before = 405;
    struct forecast third = forecast_step(&basis, 5000, 10000);
    assert_true(fabs(third.minutes - 1.35) < 1e-9);
    char words[256];
    struct text text = TEXT_IN(words);
    forecast_add_words(&text, &third, &basis);
    assert_string_equal(
        words, "50 %: 486 canary requests in all, 405 of them before, 1.4 min at 2 "
               "requests/s");
    /* With everything on the canary it begins again. */
    basis.canary_before = 900;
    struct forecast last = forecast_step(&basis, 10000, 10000);
    assert_true(fabs(last.minutes - 4.05) < 1e-9);
}

static void a_step_lasts_at_least_as_long_as_it_is_held(void **state) {
    (void)state;
    struct forecast_basis basis = basis_of(1000, 100000);
    struct forecast forecast = forecast_step(&basis, 2500, 5000);
    assert_int_equal(forecast.end, FORECAST_DECIDES);
    assert_true(fabs(forecast.minutes - 10) < 1e-9);
}

static void with_few_users_it_is_said_before(void **state) {
    (void)state;
    struct forecast_basis basis = basis_of(10, 40);
    struct forecast forecast = forecast_step(&basis, 500, 2500);
    assert_int_equal(forecast.end, FORECAST_FEW_USERS);
    assert_int_equal(forecast.users_needed, 3);
    assert_true(fabs(forecast.canary_users - 2) < 1e-9);
    char words[256];
    struct text text = TEXT_IN(words);
    forecast_add_words(&text, &forecast, &basis);
    assert_string_equal(
        words,
        "5 %: 105 canary requests, 10.0 min at 10 requests/s; cannot decide: too "
        "few users on the canary to show harm (about 2.0 of them, and 3 must fail "
        "to show harm)");
    basis.users = 5000;
    assert_int_equal(forecast_step(&basis, 500, 2500).end, FORECAST_DECIDES);
}

static void a_step_that_cannot_decide_says_why(void **state) {
    (void)state;
    struct forecast_basis basis = basis_of(0.1, 5000);
    assert_int_equal(forecast_step(&basis, 500, 2500).end, FORECAST_TOO_SLOW);
    basis.requests_per_s = 0;
    struct forecast unknown = forecast_step(&basis, 500, 2500);
    assert_int_equal(unknown.end, FORECAST_UNKNOWN);
    assert_true(isnan(unknown.minutes));
    basis.requests_per_s = (double)NAN;
    assert_int_equal(forecast_step(&basis, 500, 2500).end, FORECAST_UNKNOWN);
    basis.requests_per_s = 10;
    basis.stable = (struct trials){100, 50};
    struct forecast never = forecast_step(&basis, 5000, 10000);
    assert_int_equal(never.end, FORECAST_NEVER);
    assert_true(never.requests_needed == PROMOTION_NEVER);
    char words[256];
    struct text text = TEXT_IN(words);
    forecast_add_words(&text, &never, &basis);
    assert_string_equal(
        words, "50 %: cannot decide: stable fails too often for this budget");
}

/* Half of the traffic brings the canary's requests sooner than those of stable. */
static void what_is_slow_has_to_be_known_first(void **state) {
    (void)state;
    struct forecast_basis basis = basis_of(10, 5000);
    basis.stable_before = 0;
    basis.rules.hold_ms = 0;
    struct forecast half = forecast_step(&basis, 5000, 10000);
    assert_int_equal(half.stable_needed, 1000);
    assert_true(half.waits_for_stable);
    double measured = half.users_needed;
    assert_true(fabs(half.minutes - (1000 + measured) / 300) < 1e-9);
    char words[256];
    struct text text = TEXT_IN(words);
    forecast_add_words(&text, &half, &basis);
    assert_string_equal(
        words,
        "50 %: 486 canary requests and 1000 of stable, 3.4 min at 10 requests/s");
    /* They are there before those of a small canary, and count for the next step. */
    static const uint32_t weights_bp[] = {500, 2500, 10000};
    struct forecast steps[3];
    forecast_steps(basis, weights_bp, 3, steps);
    for (size_t i = 0; i < 3; i++) assert_false(steps[i].waits_for_stable);
    assert_int_equal(steps[2].stable_needed, 0);
    /* Counters do not tell who was slow. */
    basis.rules.is_split_unknown = true;
    assert_int_equal(forecast_step(&basis, 5000, 10000).stable_needed, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_takes_so_many_requests_and_minutes),
        cmocka_unit_test(the_book_needs_only_something_seen),
        cmocka_unit_test(what_earlier_steps_bring_counts),
        cmocka_unit_test(a_step_lasts_at_least_as_long_as_it_is_held),
        cmocka_unit_test(with_few_users_it_is_said_before),
        cmocka_unit_test(a_step_that_cannot_decide_says_why),
        cmocka_unit_test(what_is_slow_has_to_be_known_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
