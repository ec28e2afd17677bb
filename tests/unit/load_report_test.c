/* SPDX-License-Identifier: MIT */
#include "core/load_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/load_message.h"
#include "core/random.h"

enum { REPORTS = 6, ROWS = 3, ROUNDS = 5 };

static void fill_histogram(struct histogram *histogram, struct random *random) {
    uint64_t count = random_below(random, 20);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t value = random_next(random) >> (32 + random_below(random, 32));
        histogram_record(histogram, value, 1 + random_below(random, 3));
    }
}

static void fill_row(struct load_row *row, struct random *random) {
    row->wanted = random_below(random, 1000);
    row->sent = random_below(random, 1000);
    row->done = random_below(random, 1000);
    row->received_bytes = random_next(random) >> 20;
    row->failures[random_below(random, LOAD_FAILURE_COUNT)] = 1;
    row->statuses[load_row_status((unsigned)random_below(random, 1000))] += 3;
    row->jobs_lost = random_below(random, 2);
    fill_histogram(&row->service, random);
    fill_histogram(&row->response, random);
    fill_histogram(&row->gap, random);
}

static void fill(struct load_report *report, struct random *random) {
    static const char *const words[] = {"", "a", "b"};
    report->shards = 1;
    report->sequence = 1 + random_below(random, 9);
    report->start_ns = random_below(random, 9) * NS_PER_S;
    report->end_ns = report->start_ns + NS_PER_S;
    report->wall_ms = (int64_t)random_below(random, 1000);
    report->ended = (uint32_t)random_below(random, LOAD_END_COUNT);
    text_copy(report->words, sizeof report->words, words[random_below(random, 3)]);
    text_copy(report->trouble, sizeof report->trouble, words[random_below(random, 3)]);
    report->gauges.level_milli = random_below(random, 1000);
    report->gauges.users = random_below(random, 100);
    report->health.late = random_below(random, 100);
    fill_histogram(&report->health.lag, random);
    report->row_count = 1 + (uint32_t)random_below(random, ROWS);
    for (uint32_t i = 0; i < report->row_count; i++) fill_row(&report->rows[i], random);
}

/* Some reports, and room for sums of them. */
struct stage {
    struct random random;
    struct load_report *reports[REPORTS];
    struct load_report *sum, *other;
};

static int make_stage(void **state) {
    struct stage *stage = memory_new(sizeof *stage);
    random_seed(&stage->random, 11);
    for (int i = 0; i < REPORTS; i++) {
        stage->reports[i] = memory_new(sizeof *stage->reports[i]);
        fill(stage->reports[i], &stage->random);
    }
    stage->sum = memory_new(sizeof *stage->sum);
    stage->other = memory_new(sizeof *stage->other);
    *state = stage;
    return 0;
}

static int free_stage(void **state) {
    struct stage *stage = *state;
    for (int i = 0; i < REPORTS; i++) free(stage->reports[i]);
    free(stage->sum);
    free(stage->other);
    free(stage);
    return 0;
}

static void reports_add_up_in_any_order(void **state) {
    struct stage *stage = *state;
    for (int i = 0; i < REPORTS; i++) load_report_add(stage->sum, stage->reports[i]);
    assert_int_equal(stage->sum->shards, REPORTS);
    for (int round = 0; round < ROUNDS; round++) {
        for (uint64_t i = REPORTS - 1; i > 0; i--) {
            uint64_t at = random_below(&stage->random, i + 1);
            struct load_report *moved = stage->reports[i];
            stage->reports[i] = stage->reports[at];
            stage->reports[at] = moved;
        }
        memset(stage->other, 0, sizeof *stage->other);
        for (int i = 0; i < REPORTS; i++) {
            load_report_add(stage->other, stage->reports[i]);
        }
        assert_memory_equal(stage->sum, stage->other, sizeof *stage->sum);
    }
}

static void sums_add_up_like_their_reports(void **state) {
    struct stage *stage = *state;
    for (int i = 0; i < REPORTS; i++) load_report_add(stage->sum, stage->reports[i]);
    for (int i = 1; i < REPORTS / 2; i++) {
        load_report_add(stage->reports[0], stage->reports[i]);
    }
    for (int i = REPORTS / 2; i < REPORTS; i++) {
        load_report_add(stage->other, stage->reports[i]);
    }
    load_report_add(stage->other, stage->reports[0]);
    assert_memory_equal(stage->sum, stage->other, sizeof *stage->sum);
}

static void over_time_the_gauges_are_the_last_ones(void **state) {
    struct stage *stage = *state;
    struct load_report *early = stage->reports[0], *late = stage->reports[1];
    early->end_ns = 2 * NS_PER_S;
    late->end_ns = 3 * NS_PER_S;
    early->gauges.users = 4;
    late->gauges.users = 5;
    uint64_t done = early->rows[0].done + late->rows[0].done;
    load_report_follow(stage->sum, late);
    load_report_follow(stage->sum, early);
    assert_int_equal(stage->sum->gauges.users, 5);
    assert_int_equal(stage->sum->ended, late->ended);
    assert_int_equal(stage->sum->shards, 1);
    assert_int_equal(stage->sum->rows[0].done, done);
}

static void all_rows_are_one(void **state) {
    struct stage *stage = *state;
    struct load_report *report = stage->reports[0];
    report->row_count = 2;
    load_report_sum(report, &stage->sum->rows[0]);
    assert_int_equal(
        stage->sum->rows[0].sent, report->rows[0].sent + report->rows[1].sent);
}

static void the_next_interval_begins_empty(void **state) {
    struct stage *stage = *state;
    struct load_report *report = stage->reports[0];
    uint64_t end_ns = report->end_ns;
    load_report_next(report);
    assert_int_equal(report->start_ns, end_ns);
    memset(stage->sum, 0, sizeof *stage->sum);
    assert_memory_equal(report->rows, stage->sum->rows, sizeof report->rows);
    assert_memory_equal(&report->health, &stage->sum->health, sizeof report->health);
}

static void statuses_are_counted_by_class(void **state) {
    struct stage *stage = *state;
    struct load_row *row = &stage->sum->rows[0];
    static const unsigned statuses[] = {200, 204, 299, 404, 500, 599, 600, 999};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        row->statuses[load_row_status(statuses[i])]++;
    }
    static const unsigned wanted[] = {0, 0, 3, 0, 1, 2, 2, 0};
    for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        assert_int_equal(load_row_class(row, i), wanted[i]);
    }
}

enum { ROOM = FRAME_SIZE_MAX };

static void reports_travel_in_frames(void **state) {
    struct stage *stage = *state;
    uint8_t *bytes = memory_new(ROOM);
    size_t length = 0, at = 0;
    struct error err = {0};
    for (int i = 0; i < REPORTS; i++) {
        size_t used = load_message_encode(
            LOAD_MESSAGE_REPORT, stage->reports[i], bytes + length, ROOM - length);
        assert_true(used > 0);
        length += used;
    }
    for (int i = 0; i < REPORTS; i++) {
        struct frame frame;
        assert_int_equal(
            frame_find(bytes + at, length - at, &frame, &err), FRAME_WHOLE);
        assert_true(load_message_read(&frame, LOAD_MESSAGE_REPORT, stage->sum, &err));
        for (uint32_t j = stage->sum->row_count; j < LOAD_ROWS_MAX; j++) {
            load_row_clear(&stage->sum->rows[j]);
        }
        assert_memory_equal(stage->sum, stage->reports[i], sizeof *stage->sum);
        at += frame.used;
    }
    assert_int_equal(at, length);
    free(bytes);
}

static void damaged_frames_are_noticed(void **state) {
    struct stage *stage = *state;
    (void)stage;
    uint8_t bytes[256];
    struct load_control control = {.kind = LOAD_CONTROL_LEVEL, .level = 12.5}, read;
    struct frame frame;
    struct error err = {0};
    size_t length =
        load_message_encode(LOAD_MESSAGE_CONTROL, &control, bytes, sizeof bytes);
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(frame_find(bytes, i, &frame, &err), FRAME_INCOMPLETE);
    }
    assert_int_equal(frame_find(bytes, length, &frame, &err), FRAME_WHOLE);
    assert_true(load_message_read(&frame, LOAD_MESSAGE_CONTROL, &read, &err));
    assert_true(read.kind == control.kind && read.level == control.level);
    assert_false(load_message_read(&frame, LOAD_MESSAGE_REPORT, stage->sum, &err));
    for (size_t i = 0; i < length; i++) {
        bytes[i] ^= 0x40;
        assert_int_not_equal(frame_find(bytes, length, &frame, &err), FRAME_WHOLE);
        bytes[i] ^= 0x40;
    }
    assert_int_equal(
        load_message_encode(LOAD_MESSAGE_CONTROL, &control, bytes, length - 1), 0);
}

#define WITH_STAGE(test) cmocka_unit_test_setup_teardown(test, make_stage, free_stage)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_STAGE(reports_add_up_in_any_order),
        WITH_STAGE(sums_add_up_like_their_reports),
        WITH_STAGE(over_time_the_gauges_are_the_last_ones),
        WITH_STAGE(all_rows_are_one),
        WITH_STAGE(the_next_interval_begins_empty),
        WITH_STAGE(statuses_are_counted_by_class),
        WITH_STAGE(reports_travel_in_frames),
        WITH_STAGE(damaged_frames_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
