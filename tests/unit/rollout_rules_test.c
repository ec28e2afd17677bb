/* SPDX-License-Identifier: MIT */
#include "core/rollout_rules.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/harm_metric.h"

static void what_is_usual_makes_sense(void **state) {
    (void)state;
    struct error err = {0};
    struct rollout_rules rules = rollout_rules_default();
    assert_true(rollout_rules_check(&rules, &err));
}

static void what_makes_no_sense_is_named(void **state) {
    (void)state;
    struct rollout_rules bad[9];
    for (size_t i = 0; i < 9; i++) bad[i] = rollout_rules_default();
    bad[0].alpha = 0;
    bad[1].budget = (double)NAN;
    bad[2].material_ratio = (double)INFINITY;
    bad[3].failures_tolerated = 0.5;
    bad[4].slower_tolerated = -1;
    bad[5].gate_alpha = 1;
    bad[6].metrics = HARM_BIT(HARM_P50);
    bad[7].metrics = UINT32_MAX;
    bad[8].most_ms = bad[8].hold_ms - 1;
    static const char *const names[] = {"alpha",
                                        "budget",
                                        "material ratio",
                                        "tolerated ratio",
                                        "tolerated slowness",
                                        "gate's alpha",
                                        "errors",
                                        "errors",
                                        "at least 600000 ms"};
    for (size_t i = 0; i < 9; i++) {
        struct error err = {0};
        assert_false(rollout_rules_check(&bad[i], &err));
        assert_int_equal(err.code, ERROR_USAGE);
        assert_non_null(strstr(err.message, names[i]));
    }
}

static void a_rule_has_a_name(void **state) {
    (void)state;
    enum rollout_rule rule = ROLLOUT_BY_EVIDENCE;
    assert_true(rollout_rule_from_name("book", &rule));
    assert_int_equal(rule, ROLLOUT_BY_BOOK);
    assert_string_equal(rollout_rule_name(rule), "book");
    assert_false(rollout_rule_from_name("luck", &rule));
}

static void the_weights_of_the_metrics_sum_up_to_one(void **state) {
    (void)state;
    for (uint32_t metrics = 1; metrics <= HARM_ALL; metrics++) {
        double sum = 0;
        for (int i = 0; i < HARM_METRIC_COUNT; i++) {
            double weight = harm_metric_weight((enum harm_metric)i, metrics);
            assert_int_equal(weight > 0, (metrics >> i & 1) != 0);
            sum += weight;
        }
        assert_true(fabs(sum - 1) < 1e-12);
    }
    assert_true(fabs(harm_metric_weight(HARM_ERRORS, HARM_USUAL) - 0.5) < 1e-12);
    assert_true(fabs(harm_metric_weight(HARM_P99, HARM_USUAL) - 0.15) < 1e-12);
    assert_true(
        fabs(harm_metric_weight(HARM_ERRORS, HARM_OF_REQUESTS) - 0.5 / 1.1) < 1e-12);
    assert_true(
        fabs(harm_metric_weight(HARM_TOOLS, HARM_OF_REQUESTS) - 0.025 / 1.1) < 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_usual_makes_sense),
        cmocka_unit_test(what_makes_no_sense_is_named),
        cmocka_unit_test(a_rule_has_a_name),
        cmocka_unit_test(the_weights_of_the_metrics_sum_up_to_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
