/* SPDX-License-Identifier: MIT */
#include "core/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"

static const double middle = 0.5; /* the chance that changes no time */
static const uint64_t start_ns = 1000 * NS_PER_S;

static struct breaker made(void) {
    struct breaker breaker;
    struct breaker_config config = breaker_config_default();
    breaker_init(&breaker, &config);
    return breaker;
}

/* One call from its beginning to its end; whether it was let out. */
static bool call(
    struct breaker *breaker, enum breaker_end end, uint64_t from_ns, uint64_t took_ns) {
    struct breaker_call out;
    if (!breaker_allows(breaker, from_ns, &out)) return false;
    breaker_on_end(breaker, &out, end, from_ns + took_ns, middle);
    return true;
}

static void fail_times(struct breaker *breaker, int times, uint64_t now_ns) {
    for (int i = 0; i < times; i++) {
        assert_true(call(breaker, BREAKER_FAILURE, now_ns, 0));
    }
}

static void breaker_opens_after_five_failures_in_a_row(void **state) {
    (void)state;
    struct breaker breaker = made();
    fail_times(&breaker, 4, start_ns);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    assert_true(call(&breaker, BREAKER_SUCCESS, start_ns, 0));
    fail_times(&breaker, 4, start_ns);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    fail_times(&breaker, 1, start_ns);
    assert_int_equal(breaker.state, BREAKER_OPEN);
    assert_false(call(&breaker, BREAKER_SUCCESS, start_ns, 0));
    assert_int_equal(breaker_left_ns(&breaker, start_ns + NS_PER_S), 4 * NS_PER_S);
}

/* The breaker of chapter 2: failure_threshold=3, timeout=60. */
static void breaker_opens_as_the_book_configures_it(void **state) {
    (void)state;
    struct breaker breaker;
    struct breaker_config config = breaker_config_default();
    config.failure_threshold = 3;
    config.timeout_ns = config.timeout_max_ns = 60 * NS_PER_S;
    config.jitter = 0;
    config.failure_share = config.slow_share = 2;
    breaker_init(&breaker, &config);
    fail_times(&breaker, 3, start_ns);
    assert_string_equal(breaker_state_name(breaker.state), "open");
    assert_false(call(&breaker, BREAKER_SUCCESS, start_ns + 60 * NS_PER_S - 1, 0));
    for (uint64_t i = 0; i < 3; i++) {
        assert_true(call(&breaker, BREAKER_SUCCESS, start_ns + (60 + i) * NS_PER_S, 0));
    }
    assert_string_equal(breaker_state_name(breaker.state), "closed");
}

static void breaker_opens_when_half_of_ten_fail(void **state) {
    (void)state;
    struct breaker breaker = made();
    for (int i = 0; i < 9; i++) {
        call(&breaker, i % 2 ? BREAKER_SUCCESS : BREAKER_FAILURE, start_ns, 0);
    }
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    /* The tenth makes it 5 of 10, but a success opens nothing. */
    call(&breaker, BREAKER_SUCCESS, start_ns, 0);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    call(&breaker, BREAKER_FAILURE, start_ns, 0);
    assert_int_equal(breaker.state, BREAKER_OPEN);
}

static void breaker_stays_closed_when_fewer_fail(void **state) {
    (void)state;
    struct breaker breaker = made();
    for (uint64_t i = 0; i < 1000; i++) {
        enum breaker_end end = i % 5 < 3 ? BREAKER_SUCCESS : BREAKER_FAILURE;
        assert_true(call(&breaker, end, start_ns + i * 100 * NS_PER_MS, 0));
    }
    assert_int_equal(breaker.state, BREAKER_CLOSED);
}

/* Many calls: the last 20 alone would open it, all of the last 10 s do not. */
static void breaker_judges_all_calls_of_the_last_seconds(void **state) {
    (void)state;
    struct breaker breaker = made();
    for (int i = 0; i < 40; i++) call(&breaker, BREAKER_SUCCESS, start_ns, 0);
    for (int i = 0; i < 30; i++) {
        call(&breaker, i % 3 ? BREAKER_FAILURE : BREAKER_SUCCESS, start_ns, 0);
    }
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    /* Eleven seconds later only the last 20 are left, and they are bad. */
    call(&breaker, BREAKER_FAILURE, start_ns + 11 * NS_PER_S, 0);
    assert_int_equal(breaker.state, BREAKER_OPEN);
}

static void breaker_forgets_seconds_one_by_one(void **state) {
    (void)state;
    struct breaker breaker = made();
    for (int i = 0; i < 30; i++) {
        call(&breaker, i % 3 ? BREAKER_SUCCESS : BREAKER_FAILURE, start_ns, 0);
    }
    for (int i = 0; i < 30; i++) {
        call(&breaker, BREAKER_SUCCESS, start_ns + 9 * NS_PER_S, 0);
    }
    /* At 9 s the first 30 still count. */
    for (int i = 0; i < 4; i++) {
        call(&breaker, BREAKER_FAILURE, start_ns + 9 * NS_PER_S, 0);
    }
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    uint32_t calls = 0;
    call(&breaker, BREAKER_SUCCESS, start_ns + 10 * NS_PER_S, 0);
    for (size_t i = 0; i < BREAKER_SECONDS; i++) calls += breaker.seconds[i].calls;
    assert_int_equal(calls, 35);
}

static void breaker_opens_when_four_in_five_are_slow(void **state) {
    (void)state;
    struct breaker breaker = made();
    uint64_t slow_ns = 20 * NS_PER_S + 1;
    for (int i = 0; i < 2; i++) call(&breaker, BREAKER_SUCCESS, start_ns, 0);
    for (int i = 0; i < 7; i++) call(&breaker, BREAKER_SUCCESS, start_ns, slow_ns);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    call(&breaker, BREAKER_SUCCESS, start_ns, slow_ns);
    assert_int_equal(breaker.state, BREAKER_OPEN);
}

static void breaker_lets_one_probe_through_at_a_time(void **state) {
    (void)state;
    struct breaker breaker = made();
    struct breaker_call probe;
    struct breaker_call other;
    fail_times(&breaker, 5, start_ns);
    uint64_t later_ns = start_ns + 5 * NS_PER_S;
    assert_true(breaker_allows(&breaker, later_ns, &probe));
    assert_int_equal(breaker.state, BREAKER_HALF_OPEN);
    assert_false(breaker_allows(&breaker, later_ns, &other));
    /* A probe that tells nothing makes room for the next one. */
    assert_false(breaker_on_end(&breaker, &probe, BREAKER_NEUTRAL, later_ns, middle));
    assert_true(breaker_allows(&breaker, later_ns, &probe));
    assert_false(breaker_on_end(&breaker, &probe, BREAKER_SUCCESS, later_ns, middle));
    assert_true(call(&breaker, BREAKER_SUCCESS, later_ns, 0));
    assert_int_equal(breaker.state, BREAKER_HALF_OPEN);
    assert_true(call(&breaker, BREAKER_SUCCESS, later_ns, 0));
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    /* It starts with a clean sheet. */
    fail_times(&breaker, 4, later_ns);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
}

static void breaker_stays_open_longer_each_time(void **state) {
    (void)state;
    static const uint64_t expected_s[] = {5, 10, 20, 40, 60, 60};
    struct breaker breaker = made();
    uint64_t now_ns = start_ns;
    fail_times(&breaker, 5, now_ns);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(breaker.state, BREAKER_OPEN);
        assert_int_equal(breaker_left_ns(&breaker, now_ns), expected_s[i] * NS_PER_S);
        now_ns += expected_s[i] * NS_PER_S;
        /* Successes before a failure do not help. */
        assert_true(call(&breaker, BREAKER_SUCCESS, now_ns, 0));
        assert_true(call(&breaker, BREAKER_FAILURE, now_ns, 0));
    }
    now_ns += 60 * NS_PER_S;
    for (int i = 0; i < 3; i++) assert_true(call(&breaker, BREAKER_SUCCESS, now_ns, 0));
    fail_times(&breaker, 5, now_ns);
    assert_int_equal(breaker_left_ns(&breaker, now_ns), 5 * NS_PER_S);
}

static void breaker_takes_a_slow_probe_for_a_failed_one(void **state) {
    (void)state;
    struct breaker breaker = made();
    fail_times(&breaker, 5, start_ns);
    assert_true(
        call(&breaker, BREAKER_SUCCESS, start_ns + 5 * NS_PER_S, 21 * NS_PER_S));
    assert_int_equal(breaker.state, BREAKER_OPEN);
}

static void breaker_lets_chance_change_how_long_it_is_open(void **state) {
    (void)state;
    for (int chance = 0; chance <= 1; chance++) {
        struct breaker breaker = made();
        for (int i = 0; i < 5; i++) {
            struct breaker_call out;
            assert_true(breaker_allows(&breaker, start_ns, &out));
            breaker_on_end(&breaker, &out, BREAKER_FAILURE, start_ns, chance);
        }
        uint64_t left_ns = breaker_left_ns(&breaker, start_ns);
        assert_int_equal(left_ns, (chance ? 6 : 4) * NS_PER_S);
    }
}

/* Five hang while it opens, and end one after the other when it is long open. */
static void breaker_ignores_answers_from_before_it_opened(void **state) {
    (void)state;
    struct breaker breaker = made();
    struct breaker_call late[5];
    for (size_t i = 0; i < 5; i++) {
        assert_true(breaker_allows(&breaker, start_ns, &late[i]));
    }
    fail_times(&breaker, 5, start_ns);
    uint64_t later_ns = start_ns + 5 * NS_PER_S;
    struct breaker_call probe;
    assert_true(breaker_allows(&breaker, later_ns, &probe));
    for (size_t i = 0; i < 3; i++) {
        assert_false(
            breaker_on_end(&breaker, &late[i], BREAKER_SUCCESS, later_ns, middle));
    }
    assert_int_equal(breaker.state, BREAKER_HALF_OPEN);
    assert_false(breaker_on_end(&breaker, &late[3], BREAKER_FAILURE, later_ns, middle));
    assert_int_equal(breaker.state, BREAKER_HALF_OPEN);
    /* The probe is still out. */
    assert_false(breaker_allows(&breaker, later_ns, &late[4]));
    assert_false(breaker_on_end(&breaker, &probe, BREAKER_SUCCESS, later_ns, middle));
    for (int i = 0; i < 2; i++) call(&breaker, BREAKER_SUCCESS, later_ns, 0);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    assert_false(breaker_on_end(&breaker, &late[4], BREAKER_FAILURE, later_ns, middle));
    assert_int_equal(breaker.failures, 0);
}

static void breaker_counts_nothing_that_the_request_is_to_blame_for(void **state) {
    (void)state;
    struct breaker breaker = made();
    for (int i = 0; i < 100; i++) call(&breaker, BREAKER_NEUTRAL, start_ns, 0);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    assert_int_equal(breaker.last_count, 0);
    /* Nor does it end a row of failures. */
    fail_times(&breaker, 4, start_ns);
    call(&breaker, BREAKER_NEUTRAL, start_ns, 0);
    fail_times(&breaker, 1, start_ns);
    assert_int_equal(breaker.state, BREAKER_OPEN);
}

static void breaker_takes_a_hint(void **state) {
    (void)state;
    struct breaker breaker = made();
    assert_false(breaker_on_hint(&breaker));
    fail_times(&breaker, 5, start_ns);
    assert_false(breaker_advance(&breaker, start_ns + 1));
    assert_true(breaker_on_hint(&breaker));
    assert_int_equal(breaker.state, BREAKER_HALF_OPEN);
    assert_int_equal(breaker_left_ns(&breaker, start_ns + 1), 0);
    assert_true(call(&breaker, BREAKER_FAILURE, start_ns + 1, 0));
    assert_int_equal(breaker_left_ns(&breaker, start_ns + 1), 10 * NS_PER_S);
    assert_true(breaker_advance(&breaker, start_ns + 11 * NS_PER_S));
    assert_false(breaker_advance(&breaker, start_ns + 11 * NS_PER_S));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(breaker_opens_after_five_failures_in_a_row),
        cmocka_unit_test(breaker_opens_as_the_book_configures_it),
        cmocka_unit_test(breaker_opens_when_half_of_ten_fail),
        cmocka_unit_test(breaker_stays_closed_when_fewer_fail),
        cmocka_unit_test(breaker_judges_all_calls_of_the_last_seconds),
        cmocka_unit_test(breaker_forgets_seconds_one_by_one),
        cmocka_unit_test(breaker_opens_when_four_in_five_are_slow),
        cmocka_unit_test(breaker_lets_one_probe_through_at_a_time),
        cmocka_unit_test(breaker_stays_open_longer_each_time),
        cmocka_unit_test(breaker_takes_a_slow_probe_for_a_failed_one),
        cmocka_unit_test(breaker_lets_chance_change_how_long_it_is_open),
        cmocka_unit_test(breaker_ignores_answers_from_before_it_opened),
        cmocka_unit_test(breaker_counts_nothing_that_the_request_is_to_blame_for),
        cmocka_unit_test(breaker_takes_a_hint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
