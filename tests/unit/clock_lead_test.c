/* SPDX-License-Identifier: MIT */
#include "core/clock_lead.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#define START_S 1700000000.0

/* A scrape every `every_s`, of a clock so far ahead, each seen as it comes. */
static void scrape(
    struct clock_lead *lead, double *now_s, double ahead_s, double every_s,
    unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        *now_s += every_s;
        clock_lead_note(lead, *now_s + ahead_s, *now_s);
    }
}

static bool is_near(const struct clock_lead *lead, double wanted_s) {
    return fabs(clock_lead_s(lead) - wanted_s) < 1e-6;
}

static void a_clock_that_is_right_or_behind_has_no_lead(void **state) {
    struct clock_lead lead = {0};
    double now_s = START_S;
    (void)state;
    assert_true(is_near(&lead, 0));
    scrape(&lead, &now_s, 0, 15, 8);
    assert_true(is_near(&lead, 0));
    scrape(&lead, &now_s, -90, 15, 8);
    assert_true(is_near(&lead, 0));
}

static void the_most_counts_as_long_as_it_is_ahead(void **state) {
    struct clock_lead lead = {0};
    double now_s = START_S;
    (void)state;
    scrape(&lead, &now_s, 60, 15, 1);
    assert_true(is_near(&lead, 60));
    for (int i = 0; i < 40; i++) {
        scrape(&lead, &now_s, 52, 7, 3); /* seen later than they were made */
        scrape(&lead, &now_s, 60, 7, 1);
        assert_true(is_near(&lead, 60));
    }
}

static void one_late_date_takes_nothing_back(void **state) {
    struct clock_lead lead = {0};
    double now_s = START_S;
    (void)state;
    scrape(&lead, &now_s, 60, 60, 3);
    scrape(&lead, &now_s, 0, 60, 1);
    assert_true(is_near(&lead, 60));
}

static void a_clock_that_is_set_right_is_believed_after_a_while(void **state) {
    static const double aheads_s[] = {15, 60, 300};
    static const double every_s[] = {1, 15, 60};
    (void)state;
    for (int i = 0; i < 9; i++) {
        struct clock_lead lead = {0};
        double now_s = START_S;
        scrape(&lead, &now_s, aheads_s[i % 3], every_s[i / 3], 50);
        assert_true(is_near(&lead, aheads_s[i % 3]));
        now_s += aheads_s[i % 3]; /* until what comes is newer than all before */
        double since_s = now_s;
        while (clock_lead_s(&lead) > 0 && now_s - since_s < 600) {
            scrape(&lead, &now_s, 0, every_s[i / 3], 1);
        }
        assert_true(now_s - since_s <= 62 + 4 * every_s[i / 3]);
    }
}

static void our_own_clock_may_be_set_back(void **state) {
    struct clock_lead lead = {0};
    double now_s = START_S;
    (void)state;
    scrape(&lead, &now_s, 0, 15, 10);
    now_s -= 3600;
    scrape(&lead, &now_s, 3600, 15, 1);
    assert_true(is_near(&lead, 3600));
    scrape(&lead, &now_s, 0, 15, 8);
    assert_true(is_near(&lead, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_that_is_right_or_behind_has_no_lead),
        cmocka_unit_test(the_most_counts_as_long_as_it_is_ahead),
        cmocka_unit_test(one_late_date_takes_nothing_back),
        cmocka_unit_test(a_clock_that_is_set_right_is_believed_after_a_while),
        cmocka_unit_test(our_own_clock_may_be_set_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
