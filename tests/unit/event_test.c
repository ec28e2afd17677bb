/* SPDX-License-Identifier: MIT */
#include "core/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/memory.h"

/* One event of each kind with something in every field. */
static const struct event examples[EVENT_KIND_COUNT] = {
    [EVENT_SESSION] =
        {.session =
             {.target = "demo",
              .user = "ann",
              .target_class = TARGET_STAGING,
              .read_only = true,
              .poll_ms = 1000,
              .slo_p95_ms = 2000,
              .slo_error_ratio = 0.001F}},
    [EVENT_PART] =
        {.part =
             {.name = "redis",
              .detail = "connection refused",
              .version = "7.0.15",
              .kind = PART_REDIS,
              .track = STATE_TRACK_NONE,
              .status = PART_SILENT,
              .critical = true,
              .http_status = 503,
              .failures = 3,
              .latency_ms = 1.5F,
              .polled_ns = 5,
              .answered_ns = 4,
              .changed_ns = 3}},
    [EVENT_VALUES] =
        {.values =
             {.track = TRACK_CANARY,
              .step_ms = 250,
              .count = 2,
              .items = {{METRIC_RPS, 40.5F}, {METRIC_P95, 310}}}},
    [EVENT_HEAT] = {.heat = {.track = TRACK_STABLE, .counts = {[3] = 65535}}},
    [EVENT_ERRORS] =
        {.errors =
             {.track = TRACK_STABLE,
              .count = 1,
              .rows =
                  {{.kind = "model_timeout",
                    .route = "POST /chat",
                    .version = "v1",
                    .request_id = "r-1",
                    .message = "no answer",
                    .count = 3,
                    .last_seen_ms = 99,
                    .track = TRACK_STABLE}}}},
    [EVENT_NOTE] =
        {.note =
             {.wall_ms = 1,
              .at_ns = 2,
              .level = NOTE_BAD,
              .source = "redis",
              .words = "down"}},
    [EVENT_RUN] =
        {.run_status =
             {.id = {9},
              .kind = RUN_SMOKE,
              .active = true,
              .verdict = VERDICT_FAIL,
              .passed = 1,
              .failed = 2,
              .inconclusive = 3,
              .flaky = 4,
              .total = 10,
              .started_ns = 5,
              .ended_ns = 6,
              .title = "t",
              .words = "w"}},
    [EVENT_CHECK] =
        {.check =
             {.index = 1,
              .total = 3,
              .row =
                  {.name = "n",
                   .detail = "d",
                   .done = true,
                   .running = true,
                   .flaky = true,
                   .verdict = VERDICT_PASS,
                   .duration_ms = 12}}},
    [EVENT_ARMED] = {.armed = {.armed = true, .until_ns = 8, .who = "ann"}},
    [EVENT_SPLIT] =
        {.split =
             {.known = true,
              .wanted = 0.1F,
              .seen = 0.11F,
              .lease_ms = 4000,
              .at_ns = 7}},
    [EVENT_ROLLOUT] = {.rollout = {.known = true, .holder = "ann", .at_ns = 3}},
    [EVENT_VERSIONS] =
        {.versions =
             {.track = TRACK_CANARY,
              .mixed = true,
              .instances = 4,
              .version = "v1.6.0"}},
    [EVENT_KEYFRAME] =
        {.keyframe =
             {.piece = 1,
              .pieces = 2,
              .layout = 3,
              .length = 4,
              .bytes = (const uint8_t *)"abcd"}},
    [EVENT_LOAD] = {.load = {.phase = LOAD_RUNNING, .gate_count = 1}},
    [EVENT_LOAD_HEAT] = {.load_heat = {.counts = {[0] = 1, [31] = 65535}}},
    [EVENT_ANSWER] = {.answer = {.number = 7, .accepted = true, .words = "held"}},
};

static struct event event_of(enum event_kind kind) {
    struct event event = examples[kind];
    event.sequence = 7;
    event.wall_ms = 1763813403250;
    event.at_ns = 123456789;
    event.kind = kind;
    memset(event.run, 0x11, sizeof event.run);
    memset(event.boot, 0x22, sizeof event.boot);
    return event;
}

static uint8_t *wire;

static int make_wire(void **state) {
    (void)state;
    wire = memory_new(EVENT_SIZE_MAX);
    return 0;
}

static int free_wire(void **state) {
    (void)state;
    free(wire);
    return 0;
}

static void every_kind_comes_back_whole(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        struct event event = event_of((enum event_kind)kind);
        size_t length = event_encode(&event, wire, EVENT_SIZE_MAX);
        assert_true(length > EVENT_OVERHEAD);

        struct event back;
        size_t used = 0;
        struct error err = {0};
        assert_int_equal(event_decode(wire, length, &back, &used, &err), EVENT_DECODED);
        assert_int_equal(used, length);
        uint8_t *again = memory_new(EVENT_SIZE_MAX);
        assert_int_equal(event_encode(&back, again, EVENT_SIZE_MAX), length);
        assert_memory_equal(again, wire, length);
        free(again);
    }
}

/* A recording says what happened by these numbers. */
static void kinds_keep_their_numbers(void **state) {
    (void)state;
    assert_int_equal(EVENT_SESSION, 0);
    assert_int_equal(EVENT_HEAT, 3);
    assert_int_equal(EVENT_ROLLOUT, 10);
    assert_int_equal(EVENT_KEYFRAME, 12);
    assert_int_equal(EVENT_LOAD, 13);
    assert_int_equal(EVENT_LOAD_HEAT, 14);
    assert_int_equal(EVENT_ANSWER, 15);
}

static void a_cut_event_asks_for_more(void **state) {
    (void)state;
    struct event event = event_of(EVENT_PART);
    size_t length = event_encode(&event, wire, EVENT_SIZE_MAX);
    for (size_t cut = 0; cut < length; cut++) {
        struct event back;
        size_t used = 0;
        struct error err = {0};
        assert_int_equal(event_decode(wire, cut, &back, &used, &err), EVENT_INCOMPLETE);
    }
}

static void every_flipped_bit_is_noticed(void **state) {
    (void)state;
    struct event event = event_of(EVENT_CHECK);
    size_t length = event_encode(&event, wire, EVENT_SIZE_MAX);
    for (size_t bit = 0; bit < length * 8; bit++) {
        wire[bit / 8] ^= (uint8_t)(1U << bit % 8);
        struct event back;
        size_t used = 0;
        struct error err = {0};
        assert_int_not_equal(
            event_decode(wire, length, &back, &used, &err), EVENT_DECODED);
        wire[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void a_newer_kind_is_skipped(void **state) {
    (void)state;
    struct event event = event_of(EVENT_NOTE);
    size_t length = event_encode(&event, wire, EVENT_SIZE_MAX);
    wire[6] = EVENT_KIND_COUNT;
    struct byte_writer checksum = byte_writer_in(wire + length - 4, 4);
    bytes_put_u32(&checksum, bytes_crc32c(0, wire, length - 4));
    struct event back;
    size_t used = 0;
    struct error err = {0};
    assert_int_equal(event_decode(wire, length, &back, &used, &err), EVENT_SKIPPED);
    assert_int_equal(used, length);
}

static void values_out_of_range_are_broken(void **state) {
    (void)state;
    struct event event = event_of(EVENT_NOTE);
    event.note.level = NOTE_BAD + 1;
    size_t length = event_encode(&event, wire, EVENT_SIZE_MAX);
    struct event back;
    size_t used = 0;
    struct error err = {0};
    assert_int_equal(event_decode(wire, length, &back, &used, &err), EVENT_BROKEN);
    assert_non_null(strstr(err.message, "note"));
}

static void an_impossible_length_is_broken(void **state) {
    (void)state;
    memset(wire, 0xFF, 64);
    struct event back;
    size_t used = 0;
    struct error err = {0};
    assert_int_equal(event_decode(wire, 64, &back, &used, &err), EVENT_BROKEN);
}

static void what_does_not_fit_is_not_written(void **state) {
    (void)state;
    struct event event = event_of(EVENT_PART);
    assert_int_equal(event_encode(&event, wire, 80), 0);
    event = event_of(EVENT_KEYFRAME);
    uint8_t *bytes = memory_new(EVENT_PAYLOAD_MAX);
    event.keyframe.bytes = bytes;
    event.keyframe.length = EVENT_PAYLOAD_MAX;
    assert_int_equal(event_encode(&event, wire, EVENT_SIZE_MAX), 0);
    free(bytes);
}

/* Decodes `event` after a trip over the wire. */
static enum event_decoded trip(const struct event *event, struct event *back) {
    size_t length = event_encode(event, wire, EVENT_SIZE_MAX);
    size_t used = 0;
    struct error err = {0};
    return event_decode(wire, length, back, &used, &err);
}

/* An event of `kind` whose payload is `front`, then zeros. */
static enum event_decoded decode_forged(
    enum event_kind kind, const uint8_t *front, size_t length) {
    enum { ZEROS = 8000 };
    struct event event = event_of(kind);
    event_encode(&event, wire, EVENT_SIZE_MAX);
    size_t payload = EVENT_OVERHEAD - 4;
    memset(wire + payload, 0, ZEROS);
    memcpy(wire + payload, front, length);
    struct byte_writer writer = byte_writer_in(wire, EVENT_SIZE_MAX);
    bytes_put_u32(&writer, (uint32_t)(payload + ZEROS));
    writer.length = payload + ZEROS;
    bytes_put_u32(&writer, bytes_crc32c(0, wire, writer.length));
    struct event back;
    size_t used = 0;
    struct error err = {0};
    return event_decode(wire, writer.length, &back, &used, &err);
}

static void more_rows_than_there_is_room_for_are_broken(void **state) {
    (void)state;
    uint8_t values[] = {TRACK_STABLE, 0, 0, 0, 0, EVENT_VALUES_MAX};
    assert_int_equal(decode_forged(EVENT_VALUES, values, sizeof values), EVENT_DECODED);
    values[5]++;
    assert_int_equal(decode_forged(EVENT_VALUES, values, sizeof values), EVENT_BROKEN);
    uint8_t errors[] = {TRACK_STABLE, STATE_ERRORS_MAX};
    assert_int_equal(decode_forged(EVENT_ERRORS, errors, sizeof errors), EVENT_DECODED);
    errors[1]++;
    assert_int_equal(decode_forged(EVENT_ERRORS, errors, sizeof errors), EVENT_BROKEN);
    uint8_t name[] = {STATE_NAME_SIZE - 1, 'x'};
    assert_int_equal(decode_forged(EVENT_PART, name, 1), EVENT_BROKEN); /* NUL inside */
    name[0] = STATE_NAME_SIZE;
    assert_int_equal(decode_forged(EVENT_PART, name, sizeof name), EVENT_BROKEN);
}

static void strings_come_out_safe_to_show(void **state) {
    (void)state;
    struct event event = event_of(EVENT_NOTE);
    memcpy(event.note.words, "\x1B[2Jtr\xC3\xBCgt\xFF", 11);
    struct event back;
    assert_int_equal(trip(&event, &back), EVENT_DECODED);
    assert_string_equal(back.note.words, "\u241B[2Jtr\u00FCgt\uFFFD");
}

static void times_that_cannot_be_are_broken(void **state) {
    (void)state;
    static const int64_t times_ms[] = {-1, INT64_MIN, INT64_MAX, 253402300800000};
    for (size_t i = 0; i < sizeof times_ms / sizeof *times_ms; i++) {
        struct event back;
        struct event event = event_of(EVENT_SPLIT);
        event.wall_ms = times_ms[i];
        assert_int_equal(trip(&event, &back), EVENT_BROKEN);
        event = event_of(EVENT_NOTE);
        event.note.wall_ms = times_ms[i];
        assert_int_equal(trip(&event, &back), EVENT_BROKEN);
        event = event_of(EVENT_ERRORS);
        event.errors.rows[0].last_seen_ms = times_ms[i];
        assert_int_equal(trip(&event, &back), EVENT_BROKEN);
    }
}

static void a_payload_of_a_newer_sender_may_be_longer(void **state) {
    (void)state;
    struct event event = event_of(EVENT_SPLIT);
    size_t length = event_encode(&event, wire, EVENT_SIZE_MAX);
    struct byte_writer writer = byte_writer_in(wire, EVENT_SIZE_MAX);
    bytes_put_u32(&writer, (uint32_t)(length + 5 - 4));
    writer.length = length - 4;
    bytes_put(&writer, "later", 5);
    bytes_put_u32(&writer, bytes_crc32c(0, wire, writer.length));
    struct event back;
    size_t used = 0;
    struct error err = {0};
    assert_int_equal(
        event_decode(wire, writer.length, &back, &used, &err), EVENT_DECODED);
    assert_int_equal(used, length + 5);
    assert_true(back.split.wanted == event.split.wanted);
}

static void what_is_left_out_is_zero(void **state) {
    (void)state;
    struct event back;
    memset(&back, 0xFF, sizeof back);
    struct event event = event_of(EVENT_VALUES);
    assert_int_equal(trip(&event, &back), EVENT_DECODED);
    assert_int_equal(back.values.items[EVENT_VALUES_MAX - 1].metric, 0);
    event = event_of(EVENT_NOTE);
    assert_int_equal(trip(&event, &back), EVENT_DECODED);
    assert_int_equal(back.note.words[sizeof back.note.words - 1], 0);
}

static void heat_rows_are_even_on_a_log_scale(void **state) {
    (void)state;
    assert_int_equal(heat_bucket(0), 0);
    assert_int_equal(heat_bucket(1), 0);
    assert_int_equal(heat_bucket(-5), 0);
    assert_int_equal(heat_bucket(10.01), 7);
    assert_int_equal(heat_bucket(100.1), 13);
    assert_int_equal(heat_bucket(1001), 19);
    assert_int_equal(heat_bucket(1e9), HEAT_BUCKETS - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_comes_back_whole),
        cmocka_unit_test(kinds_keep_their_numbers),
        cmocka_unit_test(a_cut_event_asks_for_more),
        cmocka_unit_test(every_flipped_bit_is_noticed),
        cmocka_unit_test(a_newer_kind_is_skipped),
        cmocka_unit_test(values_out_of_range_are_broken),
        cmocka_unit_test(an_impossible_length_is_broken),
        cmocka_unit_test(what_does_not_fit_is_not_written),
        cmocka_unit_test(more_rows_than_there_is_room_for_are_broken),
        cmocka_unit_test(strings_come_out_safe_to_show),
        cmocka_unit_test(times_that_cannot_be_are_broken),
        cmocka_unit_test(a_payload_of_a_newer_sender_may_be_longer),
        cmocka_unit_test(what_is_left_out_is_zero),
        cmocka_unit_test(heat_rows_are_even_on_a_log_scale),
    };
    return cmocka_run_group_tests(tests, make_wire, free_wire);
}
