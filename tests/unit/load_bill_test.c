/* SPDX-License-Identifier: MIT */
#include "core/load_bill.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"

struct fixture {
    struct load_plan plan;
    struct target target;
    struct load_bill bill;
};

static struct fixture *fixture_new(void) {
    struct fixture *fixture = memory_new(sizeof *fixture);
    load_plan_init(&fixture->plan);
    target_init(&fixture->target);
    fixture->plan.run_time_ns = 100 * NS_PER_S;
    return fixture;
}

static void bill(struct fixture *fixture) {
    load_bill_of(&fixture->plan, &fixture->target, &fixture->bill);
}

static bool is_near(double a, double b) {
    return fabs(a - b) <= 1e-6 * fabs(b);
}

static void users_send_as_often_as_they_think(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new();
    fixture->plan.model = LOAD_USERS;
    fixture->plan.level = 100;
    fixture->plan.think_min_ns = NS_PER_S;
    fixture->plan.think_max_ns = 3 * NS_PER_S;
    bill(fixture);
    assert_true(is_near(fixture->bill.peak_rps, 50));
    assert_true(is_near(fixture->bill.requests, 100 * 100 / 2.0 + 100));
    fixture->plan.pacing_ns = 10 * NS_PER_S;
    bill(fixture);
    assert_true(is_near(fixture->bill.peak_rps, 10));
    fixture->plan.pacing_ns = fixture->plan.think_min_ns = fixture->plan.think_max_ns =
        0;
    bill(fixture);
    assert_true(isinf(fixture->bill.peak_rps) && isinf(fixture->bill.requests));
    fixture->plan.requests_max = 77;
    bill(fixture);
    assert_true(is_near(fixture->bill.requests, 77));
    free(fixture);
}

static void a_rate_is_summed_over_its_stages(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new();
    fixture->plan.model = LOAD_ARRIVALS;
    fixture->plan.level = 0;
    fixture->plan.stage_count = 1;
    fixture->plan.stages[0] = (struct load_stage){50 * NS_PER_S, 200};
    bill(fixture);
    assert_true(is_near(fixture->bill.peak_rps, 200));
    assert_true(is_near(fixture->bill.requests, 50 * 100 + 50 * 200));
    free(fixture);
}

static void a_price_is_known_free_or_unknown(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new();
    fixture->plan.model = LOAD_ARRIVALS;
    fixture->plan.level = 10;
    fixture->target.class = TARGET_LOCAL;
    bill(fixture);
    assert_true(fixture->bill.free);
    assert_true(fixture->bill.usd >= 0 && fixture->bill.usd <= 0);
    fixture->target.class = TARGET_STAGING;
    bill(fixture);
    assert_false(fixture->bill.free);
    assert_true(isnan(fixture->bill.usd) && isnan(fixture->bill.tokens));
    fixture->target.load.usd_per_request = 0.01;
    fixture->target.load.tokens_per_request = 500;
    bill(fixture);
    assert_true(is_near(fixture->bill.usd, 10));
    assert_true(is_near(fixture->bill.tokens, 500000));
    free(fixture);
}

static void production_is_capped_unless_somebody_said_more(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new();
    fixture->target.class = TARGET_PRODUCTION;
    assert_true(is_near(load_bill_cap(&fixture->target), LOAD_PRODUCTION_RPS));
    fixture->target.load.max_rps = 50;
    assert_true(is_near(load_bill_cap(&fixture->target), 50));
    fixture->target.class = TARGET_STAGING;
    assert_true(isinf(load_bill_cap(&fixture->target)));
    free(fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_send_as_often_as_they_think),
        cmocka_unit_test(a_rate_is_summed_over_its_stages),
        cmocka_unit_test(a_price_is_known_free_or_unknown),
        cmocka_unit_test(production_is_capped_unless_somebody_said_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
