/* SPDX-License-Identifier: MIT */
#include "core/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DRAWS = 200000 };

static void the_same_seed_gives_the_same_numbers(void **state) {
    (void)state;
    struct random a;
    struct random b;
    random_seed(&a, 42);
    random_seed(&b, 42);
    for (int i = 0; i < 100; i++) assert_true(random_next(&a) == random_next(&b));
    random_seed(&b, 43);
    assert_true(random_next(&a) != random_next(&b));
}

static void the_first_numbers_are_those_of_the_paper(void **state) {
    (void)state;
    struct random random = {.words = {1, 2, 3, 4}};
    assert_true(random_next(&random) == 11520);
    assert_true(random_next(&random) == 0);
    assert_true(random_next(&random) == 1509978240);
}

static void below_stays_below_and_reaches_all(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 1);
    unsigned seen[6] = {0};
    for (int i = 0; i < 60000; i++) seen[random_below(&random, 6)]++;
    for (int i = 0; i < 6; i++) assert_true(seen[i] > 9500 && seen[i] < 10500);
}

static void distributions_have_their_means(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 7);
    double unit = 0;
    double exponential = 0;
    double normal = 0;
    unsigned below_median = 0;
    for (int i = 0; i < DRAWS; i++) {
        unit += random_unit(&random);
        exponential += random_exponential(&random, 3);
        normal += random_normal(&random);
        below_median += random_lognormal(&random, 400, 0.5) < 400;
    }
    assert_true(fabs(unit / DRAWS - 0.5) < 0.005);
    assert_true(fabs(exponential / DRAWS - 3) < 0.05);
    assert_true(fabs(normal / DRAWS) < 0.02);
    assert_true(abs((int)below_median - DRAWS / 2) < DRAWS / 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_numbers),
        cmocka_unit_test(the_first_numbers_are_those_of_the_paper),
        cmocka_unit_test(below_stays_below_and_reaches_all),
        cmocka_unit_test(distributions_have_their_means),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
