/* SPDX-License-Identifier: MIT */
#include "core/part_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static struct part part_of(
    enum part_kind kind, enum part_status status, const char *detail) {
    struct part part = {
        .kind = (uint8_t)kind, .status = (uint8_t)status, .polled_ns = 1};
    text_copy_cut(part.name, sizeof part.name, "canary 127.0.0.1:8001");
    text_copy_cut(part.detail, sizeof part.detail, detail);
    return part;
}

static bool take(
    struct part_log *log, enum part_kind kind, enum part_status status,
    struct note *note) {
    struct part part = part_of(kind, status, "connection refused");
    return part_log_take(log, &part, note);
}

static void going_down_and_coming_back_are_told_once(void **state) {
    (void)state;
    struct part_log log = {0};
    struct note note;
    assert_false(take(&log, PART_HEALTH, PART_UNKNOWN, &note));
    assert_false(take(&log, PART_HEALTH, PART_OK, &note));
    assert_true(take(&log, PART_HEALTH, PART_SILENT, &note));
    assert_int_equal(note.level, NOTE_BAD);
    assert_string_equal(note.source, "health");
    assert_string_equal(note.words, "canary 127.0.0.1:8001: connection refused");
    assert_false(take(&log, PART_HEALTH, PART_SILENT, &note));
    assert_true(take(&log, PART_HEALTH, PART_DEGRADED, &note));
    assert_int_equal(note.level, NOTE_WARN);
    assert_true(take(&log, PART_HEALTH, PART_OK, &note));
    assert_int_equal(note.level, NOTE_OK);
    assert_false(take(&log, PART_HEALTH, PART_OK, &note));
}

static void what_was_down_from_the_beginning_is_told(void **state) {
    (void)state;
    struct part_log log = {0};
    struct note note;
    assert_true(take(&log, PART_REDIS, PART_SILENT, &note));
}

static void not_knowing_for_a_while_is_no_recovery(void **state) {
    (void)state;
    struct part_log log = {0};
    struct note note;
    assert_true(take(&log, PART_QUEUE, PART_BAD, &note));
    assert_false(take(&log, PART_QUEUE, PART_UNKNOWN, &note));
    assert_true(take(&log, PART_QUEUE, PART_OK, &note));
    assert_int_equal(note.level, NOTE_OK);
}

static void a_dead_instance_is_told_by_its_health_alone(void **state) {
    (void)state;
    struct part_log log = {0};
    struct note note;
    take(&log, PART_HEALTH, PART_OK, &note);
    take(&log, PART_METRICS, PART_OK, &note);
    assert_true(take(&log, PART_HEALTH, PART_SILENT, &note));
    assert_false(take(&log, PART_METRICS, PART_SILENT, &note));
    assert_true(take(&log, PART_METRICS, PART_BAD, &note)); /* answers, and badly */
    assert_true(take(&log, PART_HEALTH, PART_OK, &note));
    assert_true(take(&log, PART_METRICS, PART_SILENT, &note)); /* it alone */
}

static void a_look_is_complete_when_all_were_asked(void **state) {
    (void)state;
    struct part_log log = {0};
    struct note note;
    assert_false(part_log_complete(&log));
    struct part unasked = part_of(PART_HEALTH, PART_UNKNOWN, "");
    unasked.polled_ns = 0;
    part_log_take(&log, &unasked, &note);
    take(&log, PART_HEALTH, PART_UNKNOWN, &note); /* asked, and no answer yet */
    take(&log, PART_ERRORS, PART_OK, &note);
    take(&log, PART_HEALTH, PART_OK, &note);
    assert_false(part_log_complete(&log));
    take(&log, PART_HEALTH, PART_SILENT, &note);
    assert_true(part_log_complete(&log));
    part_log_reset(&log);
    assert_false(part_log_complete(&log));
}

static void a_part_that_is_gone_is_not_waited_for(void **state) {
    (void)state;
    struct part_log log = {0};
    struct note note;
    take(&log, PART_HEALTH, PART_OK, &note);
    struct part gone = part_of(PART_HEALTH, PART_OK, "");
    gone.gone = true;
    assert_false(part_log_take(&log, &gone, &note));
    assert_true(part_log_complete(&log));
    assert_int_equal(log.count, 0);
}

static void more_parts_than_fit_are_left_out(void **state) {
    (void)state;
    struct part_log log = {0};
    struct note note;
    for (int i = 0; i <= STATE_PARTS_MAX; i++) {
        struct part part = part_of(PART_HEALTH, PART_BAD, "");
        snprintf(part.name, sizeof part.name, "part %d", i);
        assert_int_equal(part_log_take(&log, &part, &note), i < STATE_PARTS_MAX);
    }
}

static void a_long_reason_is_cut_at_a_character(void **state) {
    (void)state;
    struct part_log log = {0};
    struct note note;
    struct part part = part_of(PART_HEALTH, PART_BAD, "");
    for (size_t i = 0; i + 3 < sizeof part.detail; i += 3) {
        memcpy(part.detail + i, "\xe2\x98\x83", 4);
    }
    assert_true(part_log_take(&log, &part, &note));
    size_t length = strlen(note.words);
    assert_true(length < sizeof note.words);
    assert_int_equal((length - strlen("canary 127.0.0.1:8001: ")) % 3, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(going_down_and_coming_back_are_told_once),
        cmocka_unit_test(what_was_down_from_the_beginning_is_told),
        cmocka_unit_test(not_knowing_for_a_while_is_no_recovery),
        cmocka_unit_test(a_dead_instance_is_told_by_its_health_alone),
        cmocka_unit_test(a_look_is_complete_when_all_were_asked),
        cmocka_unit_test(a_part_that_is_gone_is_not_waited_for),
        cmocka_unit_test(more_parts_than_fit_are_left_out),
        cmocka_unit_test(a_long_reason_is_cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
