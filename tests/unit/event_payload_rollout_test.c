/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "core/event.h"

/* Of both tracks, as they are written. */
enum { TALLIES = 2 * (1 + 4 * 8 + 2 * 4) };

static const struct rollout_status rollout = {
    .known = true,
    .id = "01JZQW3T5V7X9ZB1D3F5H7K9M1",
    .from = "v1.5.0",
    .to = "v1.6.0",
    .since_ms = 17,
    .epoch = 7,
    .version = 12,
    .phase = ROLLOUT_HOLD,
    .hold = ROLLOUT_HELD_SPLIT,
    .reached = ROLLOUT_WATCHING,
    .ended = true,
    .undoable = true,
    .guarded = true,
    .host = "ops1",
    .next = "next",
    .why_not_now = "139 of 180",
    .holder = "ann",
    .reason = "why",
    .step = 1,
    .steps = 4,
    .steps_bp = {500, 2500, 5000, 10000},
    .wanted_bp = 2500,
    .seen = 0.246F,
    .lease_ms = 4100,
    .in_step_ms = 372000,
    .hold_each_ms = 600000,
    .max_each_ms = 3600000,
    .left_ms = 1000,
    .data_age_ms = 800,
    .data_age_most_ms = 15000,
    .feeds =
        {{ROLLOUT_SOURCE_METRICS, 800, 1, {true, 31, 4, 1, 0, 9, 8000}},
         {ROLLOUT_SOURCE_PROMETHEUS, 12000, 2, {true, 1, 5, 2, 7, 3, 11000}}},
    .jobs_open = 3,
    .oldest_job_ms = 11000,
    .unrecorded = "the disk is full",
    .canary_missing = 41,
    .harm = 6.1F,
    .harm_limit = 100,
    .bound = 0.034F,
    .bound_limit = 0.02F,
    .split_evidence = 0.3F,
    .metric_count = 1,
    .metrics =
        {{.name = "errors",
          .stable_units = 8412,
          .stable_failed = 42,
          .canary_units = 139,
          .canary_failed = 2,
          .harm = 6.1F,
          .stable_low = 0.003F,
          .stable_high = 0.007F,
          .canary_low = 0.001F,
          .canary_high = 0.05F}},
    .latency = {{{1200, 1100, 1300}}, {{1300, 1, 2}, {7, 8, 9}}},
    .at_ns = 3};

static size_t encode(const struct rollout_status *status, uint8_t *bytes, size_t size) {
    struct event event = {.kind = EVENT_ROLLOUT, .sequence = 1};
    event.rollout = *status;
    return event_encode(&event, bytes, size);
}

static enum event_decoded decode(
    const uint8_t *bytes, size_t length, struct event *event) {
    struct error err;
    size_t used;
    memset(event, 0, sizeof *event);
    return event_decode(bytes, length, event, &used, &err);
}

static void a_rollout_comes_back_as_it_was(void **state) {
    static struct event event;
    uint8_t bytes[4096];
    (void)state;
    size_t length = encode(&rollout, bytes, sizeof bytes);
    assert_true(length > 0);
    assert_int_equal(decode(bytes, length, &event), EVENT_DECODED);
    assert_memory_equal(&event.rollout, &rollout, sizeof rollout);
}

static void what_no_controller_publishes_is_refused(void **state) {
    static struct event event;
    uint8_t bytes[8192];
    struct rollout_status lies[] = {rollout, rollout, rollout,
                                    rollout, rollout, rollout};
    (void)state;
    lies[0].phase = ROLLOUT_PHASE_COUNT;
    lies[1].hold = ROLLOUT_HOLD_COUNT;
    lies[2].step = 5;
    lies[5].reached = ROLLOUT_PHASE_COUNT;
    lies[4].feeds[1].source = ROLLOUT_SOURCE_COUNT;
    lies[3].steps_bp[2] = ROLLOUT_BASIS_POINTS + 1;
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        size_t length = encode(&lies[i], bytes, sizeof bytes);
        assert_true(length > 0);
        assert_int_equal(decode(bytes, length, &event), EVENT_BROKEN);
    }
}

/* As a program of before writes it, and recordings have it. */
static size_t cut_tail(uint8_t *bytes, size_t length, size_t tail) {
    enum { CHECKSUM = 4, LENGTH = 4 };
    size_t kept = length - CHECKSUM - tail;
    struct byte_writer head = byte_writer_in(bytes, LENGTH);
    bytes_put_u32(&head, (uint32_t)(kept + CHECKSUM - LENGTH));
    struct byte_writer end = byte_writer_in(bytes + kept, CHECKSUM);
    bytes_put_u32(&end, bytes_crc32c(0, bytes, kept));
    return kept + CHECKSUM;
}

static void a_tally_without_the_other_is_broken(void **state) {
    static struct event event;
    uint8_t bytes[4096];
    (void)state;
    size_t length = encode(&rollout, bytes, sizeof bytes);
    length = cut_tail(bytes, length, TALLIES / 2);
    assert_int_equal(decode(bytes, length, &event), EVENT_BROKEN);
}

static void what_an_older_one_does_not_say_is_not_known(void **state) {
    static struct event event;
    uint8_t bytes[4096];
    (void)state;
    size_t length = encode(&rollout, bytes, sizeof bytes);
    length = cut_tail(bytes, length, TALLIES);
    assert_int_equal(decode(bytes, length, &event), EVENT_DECODED);
    assert_int_equal(event.rollout.reached, ROLLOUT_WATCHING);
    assert_false(event.rollout.feeds[0].tally.known);
    assert_false(event.rollout.feeds[1].tally.known);
    length = cut_tail(bytes, length, 1);
    assert_int_equal(decode(bytes, length, &event), EVENT_DECODED);
    assert_int_equal(event.rollout.reached, ROLLOUT_IDLE);
    assert_string_equal(event.rollout.unrecorded, rollout.unrecorded);
    length = cut_tail(bytes, length, 1);
    assert_int_equal(decode(bytes, length, &event), EVENT_BROKEN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_older_one_does_not_say_is_not_known),
        cmocka_unit_test(a_tally_without_the_other_is_broken),
        cmocka_unit_test(a_rollout_comes_back_as_it_was),
        cmocka_unit_test(what_no_controller_publishes_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
