/* SPDX-License-Identifier: MIT */
#include "core/gate_watch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"

struct fixture {
    struct gate_watch watch;
    struct histogram second, total;
    struct gate_figures so_far;
};

static struct fixture *fixture_of(const char *words) {
    struct fixture *fixture = memory_new(sizeof *fixture);
    struct gate gate;
    struct error err;
    if (!gate_parse(slice_of(words), &gate, &err)) fail_msg("%s", err.message);
    gate_watch_init(&fixture->watch, &gate);
    fixture->so_far.latency = &fixture->total;
    return fixture;
}

static void seconds(
    struct fixture *fixture, unsigned count, uint64_t requests, uint64_t us,
    bool ramping) {
    for (unsigned i = 0; i < count; i++) {
        histogram_init(&fixture->second);
        histogram_record(&fixture->second, us, requests);
        histogram_merge(&fixture->total, &fixture->second);
        fixture->so_far.requests += requests;
        fixture->so_far.seconds += 1;
        const struct gate_figures second = {
            .latency = &fixture->second, .requests = requests, .seconds = 1};
        gate_watch_on_second(&fixture->watch, &second, &fixture->so_far, ramping);
    }
}

static enum verdict verdict_of(const struct fixture *fixture) {
    return gate_watch_finding(&fixture->watch).verdict;
}

static void clear(struct fixture *fixture) {
    gate_watch_clear(&fixture->watch);
    free(fixture);
}

static void nothing_is_inconclusive(void **state) {
    (void)state;
    struct fixture *fixture = fixture_of("p95<2s");
    assert_int_equal(verdict_of(fixture), VERDICT_INCONCLUSIVE);
    seconds(fixture, 5, 0, 0, false);
    assert_int_equal(verdict_of(fixture), VERDICT_INCONCLUSIVE);
    clear(fixture);
}

static void the_whole_run_is_judged_by_its_end(void **state) {
    (void)state;
    struct fixture *fixture = fixture_of("p50<2s");
    seconds(fixture, 3, 10, 5000000, false);
    assert_int_equal(verdict_of(fixture), VERDICT_FAIL);
    seconds(fixture, 9, 10, 1000, false);
    assert_int_equal(verdict_of(fixture), VERDICT_PASS);
    clear(fixture);
}

static void a_window_that_broke_stays_broken(void **state) {
    (void)state;
    struct fixture *fixture = fixture_of("p95<2s over 3s");
    seconds(fixture, 4, 100, 1000, false);
    assert_int_equal(verdict_of(fixture), VERDICT_PASS);
    seconds(fixture, 1, 100, 5000000, false);
    assert_int_equal(verdict_of(fixture), VERDICT_FAIL);
    assert_int_equal(fixture->watch.broken_at_s, 5);
    seconds(fixture, 10, 100, 1000, false);
    assert_int_equal(verdict_of(fixture), VERDICT_FAIL);
    assert_int_equal(fixture->watch.now.verdict, VERDICT_PASS);
    assert_true(gate_watch_finding(&fixture->watch).value > 4900);
    assert_int_equal(fixture->watch.broken_at_s, 5);
    clear(fixture);
}

static void a_run_shorter_than_the_window_is_inconclusive(void **state) {
    (void)state;
    struct fixture *fixture = fixture_of("p95<2s over 30s");
    seconds(fixture, 29, 100, 5000000, false);
    assert_int_equal(verdict_of(fixture), VERDICT_INCONCLUSIVE);
    seconds(fixture, 1, 100, 5000000, false);
    assert_int_equal(verdict_of(fixture), VERDICT_FAIL);
    clear(fixture);
}

static void a_rate_is_not_missed_while_the_load_grows(void **state) {
    (void)state;
    struct fixture *fixture = fixture_of("rps>50 over 2s");
    seconds(fixture, 10, 5, 1000, true);
    assert_int_equal(verdict_of(fixture), VERDICT_INCONCLUSIVE);
    seconds(fixture, 10, 60, 1000, false);
    assert_int_equal(verdict_of(fixture), VERDICT_PASS);
    seconds(fixture, 2, 40, 1000, false);
    assert_int_equal(verdict_of(fixture), VERDICT_FAIL);
    assert_int_equal(fixture->watch.broken_at_s, 21);
    clear(fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_inconclusive),
        cmocka_unit_test(the_whole_run_is_judged_by_its_end),
        cmocka_unit_test(a_window_that_broke_stays_broken),
        cmocka_unit_test(a_run_shorter_than_the_window_is_inconclusive),
        cmocka_unit_test(a_rate_is_not_missed_while_the_load_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
