/* SPDX-License-Identifier: MIT */
#include "core/split_check.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/random.h"
#include "core/weight.h"

static struct split_check check_of(
    uint32_t weight_bp, unsigned units, unsigned canary) {
    struct split_check check = {0};
    split_check_start_step(&check, weight_bp);
    for (unsigned i = 0; i < units; i++) split_check_add(&check, i < canary);
    return check;
}

/* The same in six digits. */
static void assert_digits(double value, double expected) {
    if (!(fabs(value / expected - 1) < 5e-6)) {
        fail_msg("%.9g is not %.9g", value, expected);
    }
}

static void the_evidence_is_what_it_is_elsewhere(void **state) {
    (void)state;
    static const struct {
        unsigned canary, units;
        double value;
        bool is_broken;
    } rows[] = {
        {50, 1000, 0.296972, false},  {80, 1000, 411.206, false},
        {100, 1000, 4.39226e7, true}, {0, 100, 4.88644, false},
        {0, 200, 105.962, false},     {25, 1000, 488.336, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct split_check check = check_of(500, rows[i].units, rows[i].canary);
        assert_digits(exp(split_check_log_value(&check)), rows[i].value);
        assert_int_equal(split_check_is_broken(&check), rows[i].is_broken);
    }
}

static void the_steps_before_are_not_forgotten(void **state) {
    (void)state;
    struct split_check check = check_of(500, 1000, 80);
    double first = split_check_log_value(&check);
    split_check_start_step(&check, 2500);
    assert_true(fabs(split_check_log_value(&check) - first) < 1e-12);
    assert_true(isnan(split_check_seen(&check)));
    for (unsigned i = 0; i < 400; i++) split_check_add(&check, i < 120);
    struct split_check second = check_of(2500, 400, 120);
    double both = first + split_check_log_value(&second);
    assert_true(fabs(split_check_log_value(&check) - both) < 1e-9);
    assert_true(split_check_is_broken(&check));
    assert_false(split_check_is_broken(&second));
    assert_true(fabs(split_check_seen(&check) - 0.3) < 1e-12);
}

static void nothing_seen_says_nothing(void **state) {
    (void)state;
    struct split_check check = {0};
    assert_false(split_check_is_broken(&check));
    split_check_start_step(&check, 500);
    assert_false(split_check_is_broken(&check));
    assert_true(isnan(split_check_seen(&check)));
}

static void what_should_get_nothing_may_get_a_few_that_were_under_way(void **state) {
    (void)state;
    struct split_check nobody = check_of(0, 20000, 5);
    assert_false(split_check_is_broken(&nobody));
    struct split_check everybody = check_of(WEIGHT_ALL_BP, 20000, 19995);
    assert_false(split_check_is_broken(&everybody));
    struct split_check whole = check_of(WEIGHT_ALL_BP, 2000000, 2000000);
    assert_false(split_check_is_broken(&whole));
    struct split_check pinned = check_of(0, 1000, 100);
    assert_true(split_check_is_broken(&pinned));
    struct split_check left = check_of(WEIGHT_ALL_BP, 1000, 900);
    assert_true(split_check_is_broken(&left));
}

/* Looked at after every unit of three steps. */
static bool is_called_broken(struct random *random) {
    static const uint32_t steps_bp[] = {500, 2500, 5000};
    struct split_check check = {0};
    for (size_t i = 0; i < 300; i++) {
        uint32_t weight_bp = steps_bp[i / 100];
        if (i % 100 == 0) split_check_start_step(&check, weight_bp);
        split_check_add(&check, random_unit(random) < weight_ratio(weight_bp));
        if (split_check_is_broken(&check)) return true;
    }
    return false;
}

static void a_sound_division_is_hardly_ever_called_broken(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 8);
    unsigned alarms = 0;
    for (unsigned run = 0; run < 2000; run++) alarms += is_called_broken(&random);
    /* At most 0.1 % is promised: 2 of them, and two standard errors. */
    assert_true(alarms <= 5);
}

static void a_check_is_kept_to_the_last_bit(void **state) {
    (void)state;
    struct split_check check = check_of(500, 1000, 80);
    split_check_start_step(&check, 2500);
    split_check_add(&check, true);
    uint8_t bytes[64];
    struct byte_writer writer = byte_writer_in(bytes, sizeof bytes);
    record_put(&split_check_record, &check, &writer);
    struct split_check again;
    memset(&again, 0, sizeof again);
    struct byte_reader reader = byte_reader_of(bytes, writer.length);
    assert_true(record_get(&split_check_record, &again, &reader));
    assert_memory_equal(&again, &check, sizeof check);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_evidence_is_what_it_is_elsewhere),
        cmocka_unit_test(the_steps_before_are_not_forgotten),
        cmocka_unit_test(nothing_seen_says_nothing),
        cmocka_unit_test(what_should_get_nothing_may_get_a_few_that_were_under_way),
        cmocka_unit_test(a_sound_division_is_hardly_ever_called_broken),
        cmocka_unit_test(a_check_is_kept_to_the_last_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
