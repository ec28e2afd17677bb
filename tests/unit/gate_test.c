/* SPDX-License-Identifier: MIT */
#include "core/gate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

static struct error err;

static struct gate gate_of(const char *words) {
    struct gate gate;
    if (!gate_parse(slice_of(words), &gate, &err)) fail_msg("%s", err.message);
    return gate;
}

static void gates_are_read_as_they_are_written(void **state) {
    (void)state;
    static const struct {
        const char *words;
        enum gate_metric metric;
        enum gate_comparison comparison;
        double quantile, limit;
        uint32_t window_s;
        const char *task;
    } cases[] = {
        {"p95<2s", GATE_PERCENTILE, GATE_BELOW, 0.95, 2000, 0, ""},
        {" p99.9 <= 250ms ", GATE_PERCENTILE, GATE_AT_MOST, 0.999, 250, 0, ""},
        {"error_ratio<0.1%", GATE_ERROR_RATIO, GATE_BELOW, 0, 0.001, 0, ""},
        {"error_ratio < 0.001", GATE_ERROR_RATIO, GATE_BELOW, 0, 0.001, 0, ""},
        {"rps>500", GATE_RPS, GATE_ABOVE, 0, 500, 0, ""},
        {"rps >= 12.5 over 1m", GATE_RPS, GATE_AT_LEAST, 0, 12.5, 60, ""},
        {"p99<3s over 30s", GATE_PERCENTILE, GATE_BELOW, 0.99, 3000, 30, ""},
        {"p95(simple chat)<1s", GATE_PERCENTILE, GATE_BELOW, 0.95, 1000, 0,
         "simple chat"},
        {"mean<1.5s", GATE_MEAN, GATE_BELOW, 0, 1500, 0, ""},
        {"max(health) < 1s over 2s", GATE_MAX, GATE_BELOW, 0, 1000, 2, "health"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct gate gate = gate_of(cases[i].words);
        assert_int_equal(gate.metric, cases[i].metric);
        assert_int_equal(gate.comparison, cases[i].comparison);
        assert_true(fabs(gate.quantile - cases[i].quantile) < 1e-12);
        assert_true(fabs(gate.limit - cases[i].limit) < 1e-9);
        assert_int_equal(gate.window_s, cases[i].window_s);
        assert_string_equal(gate.task, cases[i].task);
    }
    assert_string_equal(gate_of("  p95<2s ").words, "p95<2s");
}

static void a_gate_that_is_none_says_what_was_expected(void **state) {
    (void)state;
    static const struct {
        const char *words, *says;
    } cases[] = {
        {"", "expected p50 to p99.999"},
        {"p95", "expected <, <=, > or >= at its end"},
        {"p95<", "expected a duration like 2s at its end"},
        {"p95<2", "expected a duration like 2s, got \"2\""},
        {"p95<fast", "got \"fast\""},
        {"p0<2s", "\"p0\""},
        {"p100<2s", "\"p100\""},
        {"error_ration<1%", "did you mean \"error_ratio\"?"},
        {"error_ratio<1x", "expected a ratio like 0.1%, got \"1x\""},
        {"rps>many", "expected a number, got \"many\""},
        {"rps>-1", "expected a number, got \"-1\""},
        {"p95<2s 30s", "expected \"over\" and a duration, or nothing, got \"30s\""},
        {"p95<2s over", "expected whole seconds, from 1s to 10m at its end"},
        {"p95<2s over 100ms", "expected whole seconds, from 1s to 10m, got \"100ms\""},
        {"p95<2s over 11m", "got \"11m\""},
        {"p95<2s over 30s now", "expected nothing more, got \"now\""},
        {"p95(chat<2s", "expected a task and \")\""},
        {"p95()<2s", "expected the name of a task"},
        {"p95=2s", "expected <, <=, > or >=, got \"=2s\""},
        {"\033[2Jp95<2s", "gate \""},
    };
    struct gate gate = {.limit = 7};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(gate_parse(slice_of(cases[i].words), &gate, &err));
        assert_non_null(strstr(err.message, cases[i].says));
        assert_null(strchr(err.message, '\033'));
        assert_int_equal(gate.limit, 7);
    }
}

static struct histogram *latencies(uint64_t count, uint64_t step_us) {
    struct histogram *histogram = memory_new(sizeof *histogram);
    for (uint64_t i = 1; i <= count; i++) histogram_record(histogram, i * step_us, 1);
    return histogram;
}

static enum verdict verdict_of(const char *words, const struct gate_figures *figures) {
    const struct gate gate = gate_of(words);
    return gate_judge(&gate, figures).verdict;
}

static void a_gate_passes_or_fails_by_what_was_measured(void **state) {
    (void)state;
    struct histogram *latency = latencies(1000, 1000); /* 1 ms to 1 s */
    const struct gate_figures figures = {
        .latency = latency, .requests = 1000, .failures = 2, .seconds = 4};
    assert_int_equal(verdict_of("p95<1s", &figures), VERDICT_PASS);
    assert_int_equal(verdict_of("p95<900ms", &figures), VERDICT_FAIL);
    assert_int_equal(verdict_of("p50<510ms", &figures), VERDICT_PASS);
    assert_int_equal(verdict_of("max<1s", &figures), VERDICT_FAIL);
    assert_int_equal(verdict_of("max<=1s", &figures), VERDICT_PASS);
    assert_int_equal(verdict_of("mean<501ms", &figures), VERDICT_PASS);
    assert_int_equal(verdict_of("mean<500ms", &figures), VERDICT_FAIL);
    assert_int_equal(verdict_of("error_ratio<0.2%", &figures), VERDICT_FAIL);
    assert_int_equal(verdict_of("error_ratio<=0.2%", &figures), VERDICT_PASS);
    assert_int_equal(verdict_of("rps>249", &figures), VERDICT_PASS);
    assert_int_equal(verdict_of("rps>250", &figures), VERDICT_FAIL);
    assert_int_equal(verdict_of("rps>=250", &figures), VERDICT_PASS);
    free(latency);
}

static void too_few_requests_are_inconclusive(void **state) {
    (void)state;
    struct histogram *few = latencies(19, 1000);
    struct histogram *none = latencies(0, 1);
    const struct gate_figures some = {.latency = few, .requests = 19, .seconds = 1};
    const struct gate_figures nothing = {.latency = none, .seconds = 1};
    /* All failed without an answer: there are requests, but no latency. */
    const struct gate_figures failed = {
        .latency = none, .requests = 50, .failures = 50, .seconds = 1};
    static const char *const all[] = {
        "p50<1h", "p95<1h", "max<1h", "mean<1h", "error_ratio<=100%", "rps>=0",
    };
    assert_int_equal(verdict_of("p95<1h", &some), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_of("p90<1h", &some), VERDICT_PASS);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_int_equal(verdict_of(all[i], &nothing), VERDICT_INCONCLUSIVE);
    }
    assert_int_equal(verdict_of("p50<1h", &failed), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_of("max<1h", &failed), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_of("error_ratio<1%", &failed), VERDICT_FAIL);
    free(few);
    free(none);
}

static void values_are_shown_in_the_unit_of_the_limit(void **state) {
    (void)state;
    static const struct {
        const char *gate;
        double value;
        const char *shown;
    } cases[] = {
        {"p95<2s", 1210, "1.21s"},    {"error_ratio<1%", 0.0008, "0.08%"},
        {"rps>1", 612, "612"},        {"rps>1", (double)NAN, "-"},
        {"p95<2s", (double)NAN, "-"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char shown[32];
        struct text text = TEXT_IN(shown);
        const struct gate gate = gate_of(cases[i].gate);
        gate_add_value(&text, &gate, cases[i].value);
        assert_string_equal(shown, cases[i].shown);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gates_are_read_as_they_are_written),
        cmocka_unit_test(a_gate_that_is_none_says_what_was_expected),
        cmocka_unit_test(a_gate_passes_or_fails_by_what_was_measured),
        cmocka_unit_test(too_few_requests_are_inconclusive),
        cmocka_unit_test(values_are_shown_in_the_unit_of_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
