/* SPDX-License-Identifier: MIT */
#include "core/rollout_input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/observed.h"
#include "support/rollout_inputs.h"

enum { INPUTS = 20000, SINCE_MS = 1000 };

static size_t write(const struct rollout_input *input, uint8_t *bytes) {
    struct byte_writer writer = byte_writer_in(bytes, ROLLOUT_INPUT_BYTES_MAX);
    rollout_input_put(input, SINCE_MS, &writer);
    assert_false(writer.overflow);
    return writer.length;
}

static bool read(struct rollout_input *input, const uint8_t *bytes, size_t length) {
    struct byte_reader reader = byte_reader_of(bytes, length);
    return rollout_input_get(input, SINCE_MS, &reader) && reader.at == length;
}

static void what_is_written_is_read_again_whole_and_in_no_part(void **state) {
    struct random random;
    uint8_t bytes[ROLLOUT_INPUT_BYTES_MAX];
    (void)state;
    random_seed(&random, 7);
    for (int i = 0; i < INPUTS; i++) {
        const struct rollout_input input = input_any(&random, SINCE_MS);
        struct rollout_input again;
        size_t length = write(&input, bytes);
        assert_true(read(&again, bytes, length));
        assert_int_equal(again.at_ms, input.at_ms);
        assert_true(input_is(&again, &input));
        assert_false(read(&again, bytes, length - 1));
    }
}

/* The statistics compare all of it: not one bit may be another one. */
static void an_outcome_keeps_every_bit_in_few_bytes(void **state) {
    struct random random;
    uint8_t bytes[ROLLOUT_INPUT_BYTES_MAX];
    (void)state;
    random_seed(&random, 8);
    struct observation seen = observed_any(&random, 500);
    seen.user = 0xfedcba9876543210U;
    seen.weight_bp = UINT32_MAX;
    const struct rollout_input odd = input_outcome(&seen);
    struct rollout_input again;
    assert_true(read(&again, bytes, write(&odd, bytes)));
    assert_memory_equal(&again.seen, &seen, sizeof seen);

    seen = observed(ARM_STABLE, 500, 0xfedcba9876543210U, 0);
    seen.latency_us = 1200000;
    const struct rollout_input usual = input_outcome(&seen);
    assert_true(write(&usual, bytes) <= 20);
}

/* A clock that was set back or far ahead moves no input out of reach. */
static void times_stay_within_what_can_be_written(void **state) {
    uint8_t bytes[ROLLOUT_INPUT_BYTES_MAX];
    struct rollout_input again;
    struct rollout_input input = input_step(500);
    (void)state;
    input.at_ms = SINCE_MS - 5;
    assert_true(read(&again, bytes, write(&input, bytes)));
    assert_int_equal(again.at_ms, SINCE_MS);
    input.at_ms = INT64_MAX;
    assert_true(read(&again, bytes, write(&input, bytes)));
    assert_int_equal(again.at_ms, SINCE_MS + (int64_t)INT32_MAX);
}

static void what_cannot_be_is_refused(void **state) {
    static const struct {
        uint8_t bytes[12];
        size_t length;
    } wrong[] = {
        {{ROLLOUT_INPUT_KIND_COUNT, 0}, 2},          /* no such kind */
        {{ROLLOUT_INPUT_OUTCOME, 0, 0x80, 8, 0}, 5}, /* a mark of a later program */
        {{ROLLOUT_INPUT_OUTCOME, 0, 0x20, 0, 0x80, 0x10}, 6}, /* no such metric */
        {{ROLLOUT_INPUT_COUNTS, 0, HARM_METRIC_COUNT, 1, 0, 1, 0}, 7},
        {{ROLLOUT_INPUT_STEP, 0, 0x91, 0x4e}, 4}, /* 10001 basis points */
        {{ROLLOUT_INPUT_OVERDUE, 0, 0x80, 0x80, 0x80, 0x80, 0x10}, 7}, /* 2^32 jobs */
        {{ROLLOUT_INPUT_STEP, 0xff, 0xff, 0xff, 0xff, 0x0f, 1}, 7},
    };
    struct rollout_input again;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(read(&again, wrong[i].bytes, wrong[i].length));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again_whole_and_in_no_part),
        cmocka_unit_test(an_outcome_keeps_every_bit_in_few_bytes),
        cmocka_unit_test(times_stay_within_what_can_be_written),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
