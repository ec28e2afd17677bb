/* SPDX-License-Identifier: MIT */
#include "core/token_bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"

static const struct token_rate per_user = {.burst = 10 * TOKEN, .per_s = 5 * TOKEN};
static const struct token_rate budget = {.burst = 10 * TOKEN};
static const uint64_t start_ns = 1000 * NS_PER_S;

static void token_bucket_gives_its_burst_and_then_its_rate(void **state) {
    (void)state;
    struct token_bucket bucket;
    uint64_t wait_ns = 0;
    token_bucket_fill(&bucket, &per_user, start_ns);
    for (int i = 0; i < 10; i++) {
        assert_true(token_bucket_take(&bucket, &per_user, start_ns, &wait_ns));
    }
    assert_false(token_bucket_take(&bucket, &per_user, start_ns, &wait_ns));
    assert_int_equal(wait_ns, 200 * NS_PER_MS);
    assert_false(
        token_bucket_take(&bucket, &per_user, start_ns + 150 * NS_PER_MS, &wait_ns));
    assert_int_equal(wait_ns, 50 * NS_PER_MS);
    uint64_t now_ns = start_ns + 200 * NS_PER_MS;
    assert_true(token_bucket_take(&bucket, &per_user, now_ns, &wait_ns));
    assert_false(token_bucket_take(&bucket, &per_user, now_ns, &wait_ns));
}

static void token_bucket_fills_up_to_its_burst(void **state) {
    (void)state;
    struct token_bucket bucket;
    uint64_t wait_ns = 0;
    uint64_t now_ns = start_ns;
    token_bucket_fill(&bucket, &per_user, now_ns);
    for (int round = 0; round < 2; round++) {
        int taken = 0;
        while (token_bucket_take(&bucket, &per_user, now_ns, &wait_ns)) taken++;
        assert_int_equal(taken, 10);
        now_ns += 1000000 * NS_PER_S;
    }
}

/* However often it is asked, the rate is the rate. */
static void token_bucket_loses_no_time_between_questions(void **state) {
    (void)state;
    static const uint64_t steps_ns[] = {
        1, 7 * NS_PER_US, 3 * NS_PER_MS, 190 * NS_PER_MS};
    for (size_t i = 0; i < sizeof steps_ns / sizeof steps_ns[0]; i++) {
        struct token_bucket bucket = {.at_ns = start_ns};
        uint64_t wait_ns = 0;
        int taken = 0;
        uint64_t end_ns = start_ns + (i == 0 ? NS_PER_MS : 10 * NS_PER_S);
        for (uint64_t now_ns = start_ns; now_ns < end_ns; now_ns += steps_ns[i]) {
            if (token_bucket_take(&bucket, &per_user, now_ns, &wait_ns)) taken++;
        }
        assert_in_range(taken, i == 0 ? 0 : 49, i == 0 ? 0 : 50);
    }
}

/* Whoever waits as long as told gets a token. */
static void token_bucket_tells_a_wait_that_is_enough(void **state) {
    (void)state;
    static const uint32_t rates[] = {1, 7, 333, 999, 3001, 77777};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct token_rate rate = {.burst = TOKEN, .per_s = rates[i]};
        struct token_bucket bucket = {.at_ns = start_ns};
        uint64_t wait_ns = 0;
        uint64_t now_ns = start_ns + 12345;
        assert_false(token_bucket_take(&bucket, &rate, now_ns, &wait_ns));
        assert_false(token_bucket_take(&bucket, &rate, now_ns + wait_ns / 2, &wait_ns));
        assert_true(token_bucket_take(&bucket, &rate, now_ns + 2 * wait_ns, &wait_ns));
    }
}

static void token_bucket_is_a_budget_when_nothing_flows_in(void **state) {
    (void)state;
    struct token_bucket bucket;
    uint64_t wait_ns = 0;
    token_bucket_fill(&bucket, &budget, start_ns);
    for (int i = 0; i < 10; i++) {
        assert_true(token_bucket_take(&bucket, &budget, start_ns, &wait_ns));
    }
    assert_false(
        token_bucket_take(&bucket, &budget, start_ns + 3600 * NS_PER_S, &wait_ns));
    assert_true(wait_ns == UINT64_MAX);
    for (int i = 0; i < 9; i++) token_bucket_add(&bucket, &budget, TOKEN / 10);
    assert_false(token_bucket_take(&bucket, &budget, start_ns, &wait_ns));
    token_bucket_add(&bucket, &budget, TOKEN / 10);
    assert_true(token_bucket_take(&bucket, &budget, start_ns, &wait_ns));
    for (int i = 0; i < 1000; i++) token_bucket_add(&bucket, &budget, TOKEN);
    assert_int_equal(bucket.tokens, 10 * TOKEN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token_bucket_gives_its_burst_and_then_its_rate),
        cmocka_unit_test(token_bucket_fills_up_to_its_burst),
        cmocka_unit_test(token_bucket_loses_no_time_between_questions),
        cmocka_unit_test(token_bucket_tells_a_wait_that_is_enough),
        cmocka_unit_test(token_bucket_is_a_budget_when_nothing_flows_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
