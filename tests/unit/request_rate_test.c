/* SPDX-License-Identifier: MIT */
#include "core/request_rate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/scraped.h"

#define COUNTED(good, bad)                                 \
    "agent_requests_total{status=\"success\"} " #good "\n" \
    "agent_requests_total{status=\"error\"} " #bad "\n"

/* A second later each. */
static void hear(struct request_rate *rate, struct scraped *scraped, const char *text) {
    const struct reading reading = scraped_answer(scraped, text);
    request_rate_take(rate, &reading);
}

static void two_readings_make_a_rate(void **state) {
    struct request_rate rate = {0};
    struct scraped scraped = scraped_new();
    (void)state;
    assert_true(isnan(request_rate_per_s(&rate)));
    hear(&rate, &scraped, COUNTED(1000, 7));
    assert_true(isnan(request_rate_per_s(&rate)));
    hear(&rate, &scraped, COUNTED(1030, 9));
    assert_near(request_rate_per_s(&rate), 32);
    scraped.now_ns += 14 * NS_PER_S;
    hear(&rate, &scraped, COUNTED(1030, 9));
    assert_near(request_rate_per_s(&rate), 2);
    assert_near(rate.requests, 32);
    assert_near(rate.failed, 2);
    scraped_free(&scraped);
}

static void the_time_of_a_restart_is_left_out(void **state) {
    struct request_rate rate = {0};
    struct scraped scraped = scraped_new();
    (void)state;
    hear(&rate, &scraped, COUNTED(1000, 0));
    hear(&rate, &scraped, COUNTED(1010, 0));
    scraped.now_ns += 60 * NS_PER_S;
    request_rate_skip(&rate, scraped.now_ns);
    hear(&rate, &scraped, COUNTED(1020, 0));
    assert_near(request_rate_per_s(&rate), 10);
    scraped_free(&scraped);
}

static void a_service_may_tell_the_rate_itself(void **state) {
    struct request_rate rate = {0};
    struct reading reading = {
        .values = {[MEANING_RPS] = 8, [MEANING_ERROR_RATIO] = 0.25},
        .latest_requests = (double)NAN,
        .latest_failed = (double)NAN,
    };
    (void)state;
    for (int i = 1; i <= 3; i++) {
        reading.at_ns = (uint64_t)i * 5 * NS_PER_S;
        request_rate_take(&rate, &reading);
    }
    assert_near(request_rate_per_s(&rate), 8);
    assert_near(rate.failed, 20);
}

static void who_says_nothing_has_no_rate(void **state) {
    struct request_rate rate = {0};
    struct scraped scraped = scraped_new();
    (void)state;
    hear(&rate, &scraped, "process_start_time_seconds 5\n");
    hear(&rate, &scraped, "process_start_time_seconds 5\n");
    assert_true(isnan(request_rate_per_s(&rate)));
    scraped_free(&scraped);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_readings_make_a_rate),
        cmocka_unit_test(the_time_of_a_restart_is_left_out),
        cmocka_unit_test(a_service_may_tell_the_rate_itself),
        cmocka_unit_test(who_says_nothing_has_no_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
