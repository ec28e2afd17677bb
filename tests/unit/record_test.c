/* SPDX-License-Identifier: MIT */
#include "core/record.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "core/histogram.h"

enum { ROOM = 4096, POINTS_MAX = 3 };

struct point {
    uint16_t x, y;
};

struct sample {
    bool is_set;
    uint8_t small;
    uint64_t large;
    double real;
    char name[8];
    uint64_t counts[5];
    struct point corner;
    uint32_t point_count;
    struct point points[POINTS_MAX];
    struct histogram histogram;
};

static const struct record_field point_fields[] = {
    {RECORD_COUNT, RECORD_AT(struct point, x)},
    {RECORD_COUNT, RECORD_AT(struct point, y), .most = 99},
};
static const struct record point_record = RECORD_OF(struct point, point_fields);

#define AT(member) RECORD_AT(struct sample, member)
static const struct record_field sample_fields[] = {
    {RECORD_COUNT, AT(is_set)},
    {RECORD_COUNT, AT(small)},
    {RECORD_COUNT, AT(large)},
    {RECORD_REAL, AT(real)},
    {RECORD_TEXT, AT(name)},
    {RECORD_COUNTS, AT(counts)},
    {RECORD_STRUCT, AT(corner), .of = &point_record},
    {RECORD_LIST, AT(points), .of = &point_record,
     .count_offset = offsetof(struct sample, point_count)},
    {RECORD_HISTOGRAM, AT(histogram)},
};
#undef AT
static const struct record sample_record = RECORD_OF(struct sample, sample_fields);

struct pair {
    struct sample one, other;
    uint8_t bytes[ROOM];
    size_t length;
};

static int make_pair(void **state) {
    struct pair *pair = memory_new(sizeof *pair);
    pair->one = (struct sample){
        .is_set = true,
        .small = 200,
        .large = UINT64_MAX,
        .real = -0.1,
        .name = "seven77",
        .counts = {0, 3, 0, 0, UINT64_MAX},
        .corner = {UINT16_MAX, 99},
        .point_count = 2,
        .points = {{1, 2}, {3, 4}}};
    histogram_record(&pair->one.histogram, 1500, 7);
    histogram_record(&pair->one.histogram, 3, 1);
    *state = pair;
    return 0;
}

static int free_pair(void **state) {
    free(*state);
    return 0;
}

static bool put(struct pair *pair) {
    struct byte_writer writer = byte_writer_in(pair->bytes, ROOM);
    record_put(&sample_record, &pair->one, &writer);
    pair->length = writer.length;
    return !writer.overflow;
}

static bool get(struct pair *pair) {
    struct byte_reader reader = byte_reader_of(pair->bytes, pair->length);
    return record_get(&sample_record, &pair->other, &reader) &&
           reader.at == reader.size;
}

static void what_is_put_is_what_is_got(void **state) {
    struct pair *pair = *state;
    assert_true(put(pair));
    assert_true(get(pair));
    assert_memory_equal(&pair->one, &pair->other, sizeof pair->one);
}

static void what_was_read_before_is_forgotten(void **state) {
    struct pair *pair = *state;
    assert_true(put(pair) && get(pair));
    memset(&pair->one, 0, sizeof pair->one);
    assert_true(put(pair) && get(pair));
    assert_int_equal(pair->other.counts[1], 0);
    assert_int_equal(pair->other.histogram.count, 0);
    assert_int_equal(pair->other.histogram.counts[3], 0);
    assert_string_equal(pair->other.name, "");
}

static void no_piece_of_it_can_be_read(void **state) {
    struct pair *pair = *state;
    assert_true(put(pair));
    size_t whole = pair->length;
    for (pair->length = 0; pair->length < whole; pair->length++) {
        assert_false(get(pair));
    }
}

static void what_does_not_fit_overflows(void **state) {
    struct pair *pair = *state;
    assert_true(put(pair));
    for (size_t room = 0; room < pair->length; room++) {
        struct byte_writer writer = byte_writer_in(pair->bytes, room);
        record_put(&sample_record, &pair->one, &writer);
        assert_true(writer.overflow);
    }
    pair->one.point_count = POINTS_MAX + 1;
    assert_false(put(pair));
    pair->one.point_count = 0;
    memset(pair->one.name, 'x', sizeof pair->one.name);
    assert_false(put(pair));
}

static void values_beyond_their_limits_are_refused(void **state) {
    struct pair *pair = *state;
    pair->one.corner.y = 100;
    assert_true(put(pair));
    assert_false(get(pair));
    pair->one.corner.y = 1;
    pair->one.real = (double)INFINITY;
    assert_true(put(pair));
    assert_false(get(pair));
    pair->one.real = 0;
    pair->one.points[1].y = 100;
    assert_true(put(pair));
    assert_false(get(pair));
}

static void counts_beyond_their_member_are_refused(void **state) {
    (void)state;
    struct point point = {0};
    uint8_t bytes[ROOM];
    struct byte_writer writer = byte_writer_in(bytes, ROOM);
    bytes_put_varint(&writer, UINT16_MAX + 1);
    bytes_put_varint(&writer, 1);
    struct byte_reader reader = byte_reader_of(bytes, writer.length);
    assert_false(record_get(&point_record, &point, &reader));
}

static void a_flag_is_nothing_but_yes_or_no(void **state) {
    struct pair *pair = *state;
    assert_true(put(pair));
    for (unsigned byte = 0; byte < 0x80; byte++) {
        pair->bytes[0] = (uint8_t)byte;
        assert_int_equal(get(pair), byte <= 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_is_put_is_what_is_got, make_pair, free_pair),
        cmocka_unit_test_setup_teardown(
            what_was_read_before_is_forgotten, make_pair, free_pair),
        cmocka_unit_test_setup_teardown(
            no_piece_of_it_can_be_read, make_pair, free_pair),
        cmocka_unit_test_setup_teardown(
            what_does_not_fit_overflows, make_pair, free_pair),
        cmocka_unit_test_setup_teardown(
            values_beyond_their_limits_are_refused, make_pair, free_pair),
        cmocka_unit_test(counts_beyond_their_member_are_refused),
        cmocka_unit_test_setup_teardown(
            a_flag_is_nothing_but_yes_or_no, make_pair, free_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
