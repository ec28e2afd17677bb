/* SPDX-License-Identifier: MIT */
#include "core/gate_window.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "core/random.h"

enum { RUN_S = 200 };

/* Adds a second with `count` requests of `us`, of which one has failed. */
static void add(struct gate_window *window, uint64_t count, uint64_t us) {
    struct histogram *latency = memory_new(sizeof *latency);
    histogram_record(latency, us, count);
    const struct gate_figures second = {
        .latency = latency, .requests = count, .failures = 1, .seconds = 1};
    gate_window_add(window, &second);
    free(latency);
}

static void a_window_is_full_after_its_time(void **state) {
    (void)state;
    struct gate_window *window = gate_window_new(3);
    for (unsigned i = 0; i < 3; i++) {
        assert_false(gate_window_is_full(window));
        add(window, 10, 1000);
    }
    assert_true(gate_window_is_full(window));
    gate_window_free(window);
}

static void what_is_older_is_gone(void **state) {
    (void)state;
    struct gate_window *window = gate_window_new(3);
    add(window, 5, 4000000);
    for (unsigned i = 0; i < 3; i++) add(window, 10, 1000);
    const struct gate_figures figures = gate_window_figures(window);
    assert_int_equal(figures.requests, 30);
    assert_int_equal(figures.failures, 3);
    assert_int_equal(figures.latency->count, 30);
    assert_true(fabs(figures.seconds - 3) < 1e-9);
    assert_true(histogram_quantile(figures.latency, 1) < 1010);
    assert_true(fabs(histogram_mean(figures.latency) - 1000) < 1e-9);
    gate_window_free(window);
}

static void an_empty_time_leaves_nothing(void **state) {
    (void)state;
    struct gate_window *window = gate_window_new(2);
    struct histogram *none = memory_new(sizeof *none);
    const struct gate_figures idle = {.latency = none, .seconds = 1};
    add(window, 10, 1000);
    gate_window_add(window, &idle);
    gate_window_add(window, &idle);
    assert_int_equal(gate_window_figures(window).requests, 0);
    assert_true(isnan(histogram_quantile(gate_window_figures(window).latency, 0.5)));
    free(none);
    gate_window_free(window);
}

/* A second of twenty latencies, which are left in `latency`. */
static void add_some(
    struct gate_window *window, struct histogram *latency, struct random *random) {
    for (unsigned i = 0; i < 20; i++) {
        histogram_record(latency, (uint64_t)random_lognormal(random, 9000, 1), 1);
    }
    const struct gate_figures second = {
        .latency = latency, .requests = 20, .seconds = 1};
    gate_window_add(window, &second);
}

static void recount(uint32_t window_s, struct random *random) {
    struct gate_window *window = gate_window_new(window_s);
    struct histogram *all = memory_new_array(RUN_S, sizeof *all);
    struct histogram *sum = memory_new(sizeof *sum);
    for (unsigned i = 0; i < RUN_S; i++) add_some(window, &all[i], random);
    const struct gate_figures figures = gate_window_figures(window);
    uint32_t seconds = (uint32_t)figures.seconds;
    for (uint32_t i = 0; i < seconds; i++) histogram_merge(sum, &all[RUN_S - 1 - i]);
    assert_in_range(seconds, window_s - 1, window_s);
    assert_int_equal(figures.latency->count, sum->count);
    double p95 = histogram_quantile(figures.latency, 0.95);
    assert_true(fabs(p95 - histogram_quantile(sum, 0.95)) < 1e-9);
    free(sum);
    free(all);
    gate_window_free(window);
}

static void a_window_is_what_a_recount_of_it_is(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 5);
    recount(1, &random);
    recount(7, &random);
    recount(60, &random);
    recount(90, &random);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_is_full_after_its_time),
        cmocka_unit_test(what_is_older_is_gone),
        cmocka_unit_test(an_empty_time_leaves_nothing),
        cmocka_unit_test(a_window_is_what_a_recount_of_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
