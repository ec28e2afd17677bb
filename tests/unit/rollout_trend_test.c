/* SPDX-License-Identifier: MIT */
#include "core/rollout_trend.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "support/fixture_canary.h"

static struct rollout_trend *trend;

static int begin(void **state) {
    (void)state;
    trend = memory_new(sizeof *trend);
    return 0;
}

static int end(void **state) {
    (void)state;
    free(trend);
    return 0;
}

static float at(const struct rollout_status *status, uint32_t metric, unsigned second) {
    const struct series *series = rollout_trend_of(trend, status, metric);
    return series ? series_at(series, second * NS_PER_S) : NAN;
}

static bool is_known(
    const struct rollout_status *status, uint32_t metric, unsigned second) {
    return !isnan(at(status, metric, second));
}

static void each_metric_keeps_its_own_past(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    for (unsigned second = 1; second <= 20; second++) {
        status.metrics[0].harm = expf((float)second);
        status.metrics[1].harm = 1;
        rollout_trend_take(trend, &status, second * NS_PER_S);
    }
    assert_float_equal(at(&status, 0, 20), 20, 0.1);
    assert_float_equal(at(&status, 0, 5), 5, 0.1);
    assert_float_equal(at(&status, 1, 5), 0, 1e-6);
}

/* A rollout whose metrics are listed otherwise,
 * as by another version, is not mixed up. */
static void a_metric_is_known_by_its_name(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    status.metrics[0].harm = expf(3);
    rollout_trend_take(trend, &status, NS_PER_S);
    const struct rollout_metric first = status.metrics[0];
    status.metrics[0] = status.metrics[4];
    status.metrics[4] = first;
    assert_float_equal(at(&status, 4, 1), 3, 0.1);
    assert_false(is_known(&status, 0, 1) && at(&status, 0, 1) > 1);
}

static void the_next_rollout_begins_anew(void **state) {
    (void)state;
    struct rollout_status before = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    struct rollout_status after = before;
    rollout_trend_take(trend, &before, NS_PER_S);
    text_copy(after.id, sizeof after.id, "01JZQW3T5V7X9ZB1D3F5H7K9M2");
    assert_null(rollout_trend_of(trend, &after, 0));
    rollout_trend_take(trend, &after, 10 * NS_PER_S);
    assert_null(rollout_trend_of(trend, &before, 0));
    assert_false(is_known(&after, 0, 1));
    assert_true(is_known(&after, 0, 10));
}

static void what_is_not_known_or_over_is_no_evidence(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    rollout_trend_take(trend, &status, NS_PER_S);
    assert_false(is_known(&status, 7, 1)); /* nobody tells of it */
    status.ended = true;
    rollout_trend_take(trend, &status, 9 * NS_PER_S);
    status.ended = status.known = false;
    rollout_trend_take(trend, &status, 9 * NS_PER_S);
    assert_false(is_known(&status, 0, 9));
    assert_true(is_known(&status, 0, 1));
}

/* Anybody may send a status: more names than there are places are left out. */
static void names_without_end_have_an_end(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    for (unsigned i = 0; i < 4 * ROLLOUT_METRICS_MAX; i++) {
        struct text name = TEXT_IN(status.metrics[0].name);
        text_addf(&name, "metric %u", i);
        rollout_trend_take(trend, &status, (i + 1U) * NS_PER_S);
    }
    assert_null(rollout_trend_of(trend, &status, 0));
    assert_non_null(rollout_trend_of(trend, &status, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_metric_keeps_its_own_past, begin, end),
        cmocka_unit_test_setup_teardown(a_metric_is_known_by_its_name, begin, end),
        cmocka_unit_test_setup_teardown(the_next_rollout_begins_anew, begin, end),
        cmocka_unit_test_setup_teardown(
            what_is_not_known_or_over_is_no_evidence, begin, end),
        cmocka_unit_test_setup_teardown(names_without_end_have_an_end, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
