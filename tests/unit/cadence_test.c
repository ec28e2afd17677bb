/* SPDX-License-Identifier: MIT */
#include "core/cadence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"

#define START_NS    (1000 * NS_PER_S)
#define INTERVAL_NS NS_PER_S

enum { TURNS = 4000 };

static struct random seeded(uint64_t seed) {
    struct random random;
    random_seed(&random, seed);
    return random;
}

static struct cadence started(struct random *random) {
    struct cadence cadence = {.origin_ns = START_NS};
    cadence_start(&cadence, INTERVAL_NS, START_NS, random);
    return cadence;
}

static void the_first_time_is_soon(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct random random = seeded(seed);
        struct cadence cadence = started(&random);
        assert_in_range(cadence.due_ns, START_NS, START_NS + NS_PER_S / 20);
    }
}

static void the_mean_pace_is_the_interval(void **state) {
    (void)state;
    struct random random = seeded(1);
    struct cadence cadence = started(&random);
    for (unsigned i = 0; i < TURNS; i++) {
        uint64_t before_ns = cadence.due_ns;
        cadence_on_end(&cadence, true, before_ns + NS_PER_MS, &random);
        uint64_t wait_ns = cadence.due_ns - before_ns;
        assert_in_range(wait_ns, INTERVAL_NS / 2, INTERVAL_NS * 3 / 2);
    }
    uint64_t mean_ns = (cadence.due_ns - START_NS) / TURNS;
    assert_in_range(mean_ns, INTERVAL_NS * 98 / 100, INTERVAL_NS * 102 / 100);
}

static void due_times_fall_into_shared_slots(void **state) {
    (void)state;
    struct random random = seeded(2);
    struct cadence cadence = started(&random);
    for (unsigned i = 0; i < 100; i++) {
        cadence_on_end(&cadence, true, cadence.due_ns, &random);
        assert_int_equal((cadence.due_ns - START_NS) % (INTERVAL_NS / 2), 0);
    }
}

/* Two that start in step, with their own chances, soon do not ask together any more. */
static void those_that_start_together_drift_apart(void **state) {
    (void)state;
    struct random one = seeded(3);
    struct random other = seeded(4);
    struct cadence a = started(&one);
    struct cadence b = started(&other);
    unsigned apart = 0;
    for (unsigned i = 0; i < 200; i++) {
        cadence_on_end(&a, true, a.due_ns, &one);
        cadence_on_end(&b, true, b.due_ns, &other);
        apart += a.due_ns != b.due_ns;
    }
    assert_true(apart > 100);
}

static void what_took_longer_than_its_interval_is_asked_at_once(void **state) {
    (void)state;
    struct random random = seeded(5);
    struct cadence cadence = started(&random);
    uint64_t now_ns = cadence.due_ns + 5 * INTERVAL_NS;
    cadence_on_end(&cadence, false, now_ns, &random);
    assert_in_range(cadence.due_ns, now_ns, now_ns + INTERVAL_NS / 2);
}

static void silence_makes_it_patient_but_not_slow(void **state) {
    (void)state;
    struct random random = seeded(6);
    struct cadence cadence = started(&random);
    for (unsigned i = 0; i < 4; i++) {
        cadence_on_end(&cadence, false, cadence.due_ns, &random);
    }
    uint64_t total_ns = 0;
    for (unsigned i = 0; i < TURNS; i++) {
        uint64_t before_ns = cadence.due_ns;
        cadence_on_end(&cadence, false, before_ns, &random);
        assert_true(cadence.due_ns - before_ns <= 5 * INTERVAL_NS / 2);
        total_ns += cadence.due_ns - before_ns;
    }
    assert_in_range(total_ns / TURNS, INTERVAL_NS * 13 / 10, INTERVAL_NS * 17 / 10);
    cadence_on_end(&cadence, true, cadence.due_ns, &random);
    assert_int_equal(cadence.failures, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_time_is_soon),
        cmocka_unit_test(the_mean_pace_is_the_interval),
        cmocka_unit_test(due_times_fall_into_shared_slots),
        cmocka_unit_test(those_that_start_together_drift_apart),
        cmocka_unit_test(what_took_longer_than_its_interval_is_asked_at_once),
        cmocka_unit_test(silence_makes_it_patient_but_not_slow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
