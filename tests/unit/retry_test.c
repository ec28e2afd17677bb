/* SPDX-License-Identifier: MIT */
#include "core/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"

static bool again(struct retry_failure failure, uint32_t failures, uint64_t *wait_ns) {
    struct retry_policy policy = retry_policy_default();
    return retry_again(&policy, &failure, failures, 0, wait_ns);
}

static void retry_follows_the_status(void **state) {
    (void)state;
    static const struct {
        unsigned status;
        bool again;
    } rows[] = {
        {0, true},    {400, false}, {401, false}, {402, false},
        {403, false}, {404, false}, {408, true},  {409, true},
        {413, false}, {422, false}, {429, true},  {500, true},
        {502, true},  {503, true},  {504, true},  {529, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t wait_ns = 0;
        struct retry_failure failure = {.status = rows[i].status};
        assert_int_equal(again(failure, 1, &wait_ns), rows[i].again);
    }
}

static void retry_lets_the_peer_decide(void **state) {
    (void)state;
    uint64_t wait_ns = 0;
    assert_false(again(
        (struct retry_failure){.status = 500, .should_retry = "false"}, 1, &wait_ns));
    assert_true(again(
        (struct retry_failure){.status = 400, .should_retry = "true"}, 1, &wait_ns));
    assert_false(
        again((struct retry_failure){.status = 429, .final = true}, 1, &wait_ns));
}

static void retry_gives_up_after_its_number(void **state) {
    (void)state;
    uint64_t wait_ns = 0;
    struct retry_failure failure = {.status = 503};
    assert_true(again(failure, 2, &wait_ns));
    assert_false(again(failure, 3, &wait_ns));
}

static void retry_waits_longer_each_time_up_to_a_cap(void **state) {
    (void)state;
    struct retry_policy policy = retry_policy_default();
    policy.retries_max = 100;
    struct retry_failure failure = {.status = 503};
    static const uint64_t expected_ms[] = {500, 1000, 2000, 4000, 8000, 8000};
    for (uint32_t i = 0; i < 6; i++) {
        uint64_t wait_ns = 0;
        assert_true(retry_again(&policy, &failure, i + 1, 0, &wait_ns));
        assert_int_equal(wait_ns, expected_ms[i] * NS_PER_MS);
        assert_true(retry_again(&policy, &failure, i + 1, 1, &wait_ns));
        assert_int_equal(wait_ns, expected_ms[i] * NS_PER_MS * 3 / 4);
    }
    uint64_t wait_ns = 0;
    assert_true(retry_again(&policy, &failure, 100, 0, &wait_ns));
    assert_int_equal(wait_ns, 8 * NS_PER_S);
}

static void retry_waits_as_long_as_the_peer_asks(void **state) {
    (void)state;
    static const struct {
        const char *ms, *after;
        uint64_t wait_ms;
    } rows[] = {
        {NULL, "2", 2000},
        {"1500", "9", 1500},
        {NULL, "0.25", 250},
        {NULL, "Wed, 21 Oct 2026 07:28:03 GMT", 3000},
        /* What cannot be granted or read leaves the wait of our own. */
        {NULL, "61", 500},
        {NULL, "0", 500},
        {NULL, "-3", 500},
        {NULL, "soon", 500},
        {NULL, "0x10", 500},
        {NULL, "1e3", 500},
        {NULL, "nan", 500},
        {NULL, "1.2.3", 500},
        {NULL, "Wed, 21 Oct 2020 07:28:03 GMT", 500},
        {NULL, "Wed, 21 Oct 2026 07:28:03 GMT, or so", 500},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t wait_ns = 0;
        struct retry_failure failure = {
            .status = 429,
            .retry_after_ms = rows[i].ms,
            .retry_after = rows[i].after,
            .wall_ms = INT64_C(1792567680000)};
        assert_true(again(failure, 1, &wait_ns));
        assert_int_equal(wait_ns, rows[i].wait_ms * NS_PER_MS);
    }
}

/* However far ahead it lies: whoever asks for more than a year is not ready now. */
static void retry_knows_a_wait_of_more_than_a_year(void **state) {
    (void)state;
    char digits[400];
    memset(digits, '9', sizeof digits - 1);
    digits[sizeof digits - 1] = '\0';
    const char *const asked[] = {
        "31536000", "31536001", "99999999999999999999", digits,
        "Wed, 21 Oct 2099 07:28:00 GMT"};
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        struct retry_failure failure = {
            .status = 429, .retry_after = asked[i], .wall_ms = INT64_C(1792567680000)};
        uint64_t wait_ns = 0;
        assert_true(retry_asked_ns(&failure, &wait_ns));
        assert_int_equal(wait_ns, 31536000 * NS_PER_S);
    }
    struct retry_failure failure = {.status = 429, .retry_after = "1 year"};
    uint64_t wait_ns = 0;
    assert_false(retry_asked_ns(&failure, &wait_ns));
}

static void retry_knows_the_profile_of_the_book(void **state) {
    (void)state;
    struct retry_policy policy;
    struct retry_failure failure = {.status = 529};
    uint64_t wait_ns = 0;
    uint64_t sum_ns = 0;
    assert_true(retry_policy_named("book", &policy));
    for (uint32_t failures = 1; failures <= 3; failures++) {
        /* Chance takes nothing away: together they last as long as is promised. */
        assert_true(retry_again(&policy, &failure, failures, 1, &wait_ns));
        assert_int_equal(wait_ns, NS_PER_S << (failures - 1));
        sum_ns += wait_ns;
    }
    assert_int_equal(sum_ns, 7 * NS_PER_S);
    assert_false(retry_again(&policy, &failure, 4, 1, &wait_ns));
    failure.retry_after = "3";
    assert_true(retry_again(&policy, &failure, 1, 1, &wait_ns));
    assert_int_equal(wait_ns, 3 * NS_PER_S);

    assert_true(retry_policy_named("sdk", &policy));
    assert_int_equal(policy.retries_max, retry_policy_default().retries_max);
    assert_false(retry_policy_named("", &policy));
    assert_false(retry_policy_named("books", &policy));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retry_follows_the_status),
        cmocka_unit_test(retry_lets_the_peer_decide),
        cmocka_unit_test(retry_gives_up_after_its_number),
        cmocka_unit_test(retry_waits_longer_each_time_up_to_a_cap),
        cmocka_unit_test(retry_waits_as_long_as_the_peer_asks),
        cmocka_unit_test(retry_knows_a_wait_of_more_than_a_year),
        cmocka_unit_test(retry_knows_the_profile_of_the_book),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
