/* SPDX-License-Identifier: MIT */
#include "agent/user_rates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"

static const struct token_rate rate = {.burst = 2 * TOKEN, .per_s = TOKEN};
static const uint64_t now_ns = 1000 * NS_PER_S;

static int taken(struct user_rates *rates, uint64_t user, uint64_t at_ns) {
    uint64_t wait_ns = 0;
    int count = 0;
    while (user_rates_take(rates, user, at_ns, &wait_ns)) count++;
    return count;
}

static void user_rates_are_each_users_own(void **state) {
    (void)state;
    struct user_rates *rates = user_rates_new(&rate);
    uint64_t wait_ns = 0;
    /* The second shares the first one's slot. */
    assert_int_equal(taken(rates, 7, now_ns), 2);
    assert_int_equal(taken(rates, 7 + USER_RATES_MAX, now_ns), 2);
    assert_int_equal(taken(rates, 8, now_ns), 2);
    assert_false(user_rates_take(rates, 7, now_ns, &wait_ns));
    assert_int_equal(wait_ns, NS_PER_S);
    assert_int_equal(taken(rates, 7, now_ns + NS_PER_S), 1);
    assert_int_equal(taken(rates, 7 + USER_RATES_MAX, now_ns + 2 * NS_PER_S), 2);
    user_rates_free(rates);
}

static void user_rates_forget_who_has_not_asked_for_longest(void **state) {
    (void)state;
    struct user_rates *rates = user_rates_new(&rate);
    uint64_t wait_ns = 0;
    for (uint64_t user = 0; user < USER_RATES_MAX; user++) {
        assert_int_equal(taken(rates, user, now_ns), 2);
    }
    /* The first asks again, so the second has to go for the new one. */
    assert_false(user_rates_take(rates, 0, now_ns, &wait_ns));
    assert_int_equal(taken(rates, USER_RATES_MAX, now_ns), 2);
    assert_int_equal(taken(rates, 0, now_ns), 0);
    for (uint64_t user = 2; user < USER_RATES_MAX; user++) {
        assert_int_equal(taken(rates, user, now_ns), 0);
    }
    assert_int_equal(taken(rates, USER_RATES_MAX, now_ns), 0);
    assert_int_equal(taken(rates, 1, now_ns), 2);
    user_rates_free(rates);
}

/* Any number of users comes by: the table stays whole. */
static void user_rates_stand_any_number_of_users(void **state) {
    (void)state;
    struct user_rates *rates = user_rates_new(&rate);
    uint64_t word = 1;
    for (int i = 0; i < 200000; i++) {
        uint64_t wait_ns = 0;
        word = word * UINT64_C(6364136223846793005) + 1442695040888963407;
        user_rates_take(rates, word >> 49, now_ns + (uint64_t)i, &wait_ns);
    }
    assert_int_equal(taken(rates, 0, now_ns + NS_PER_S * 10), 2);
    user_rates_free(rates);
}

static void user_rates_are_read_from_words(void **state) {
    (void)state;
    static const char *const bad[] = {"",    "5",    "5:",        ":5",       "0:1",
                                      "1:0", "-1:2", "1:2:3",     "1.5:2",    "on",
                                      "5/s", "1: 2", "1000001:1", "1:1000001"};
    struct error err = {0};
    struct token_rate read = {0};
    assert_true(user_rates_parse(&read, "5:10", &err));
    assert_int_equal(read.per_s, 5 * TOKEN);
    assert_int_equal(read.burst, 10 * TOKEN);
    assert_true(user_rates_parse(&read, "1000000:1000000", &err));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(user_rates_parse(&read, bad[i], &err));
        assert_int_equal(err.code, ERROR_USAGE);
    }
    assert_true(user_rates_parse(&read, "off", &err));
    assert_int_equal(read.burst, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(user_rates_are_each_users_own),
        cmocka_unit_test(user_rates_forget_who_has_not_asked_for_longest),
        cmocka_unit_test(user_rates_stand_any_number_of_users),
        cmocka_unit_test(user_rates_are_read_from_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
