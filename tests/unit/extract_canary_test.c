/* SPDX-License-Identifier: MIT */
#include "ui/extract_canary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/ui_stage.h"
#include "ui/extract.h"
#include "ui/ui_command.h"

/* The focused panel of the rollout after those keys, written out. */
static void expect_written(
    enum fixture fixture, const char *keys, enum extract_format format,
    const char *words) {
    struct ui_stage *stage = ui_stage_new(fixture, 120, 40);
    ui_stage_press(stage, keys);
    struct scene scene = ui_scene(&stage->ui, &stage->world);
    struct buffer buffer;
    buffer_init(&buffer, SHEET_BYTES_MAX);
    extract_panel(&scene, format, &buffer);
    assert_false(buffer.overflow);
    if (!strstr(buffer_string(&buffer), words)) {
        fail_msg("%s: %.600s", keys, buffer_string(&buffer));
    }
    buffer_clear(&buffer);
    ui_stage_free(stage);
}

static void evidence_is_written_as_numbers(void **state) {
    (void)state;
    expect_written(
        FIXTURE_ARMED, "gc", EXTRACT_CSV,
        "metric,stable_failed,stable_units,stable_low,stable_high,canary_failed,"
        "canary_units,canary_low,canary_high,harm\r\nerrors,42,8412,0.0036");
    expect_written(FIXTURE_ARMED, "gc", EXTRACT_TEXT, "0.36%");
    expect_written(
        FIXTURE_ARMED, "gc", EXTRACT_JSON, "\"canary_failed\":2,\"canary_units\":139");
}

/* What nothing bounds has no number, and above all no 0. */
static void an_open_end_is_empty(void **state) {
    (void)state;
    expect_written(
        FIXTURE_ARMED, "gc Shift-Tab Shift-Tab", EXTRACT_CSV,
        "p95,6300,6050,6580,7100,4900,\r\np99,14000,13100,15200,15100,,\r\n");
}

static void steps_and_reasons_are_written(void **state) {
    (void)state;
    expect_written(
        FIXTURE_ARMED, "gc Shift-Tab", EXTRACT_CSV,
        "step,weight,now\r\n1,0.05,\r\n2,0.25,watching\r\n3,0.5,\r\n");
    expect_written(FIXTURE_ARMED, "gc Tab", EXTRACT_CSV, "owner,mreyes\r\n");
    expect_written(FIXTURE_ARMED, "gc Tab", EXTRACT_CSV, "known,said 1s ago\r\n");
}

/* Time, 31 bounds, and what took longer. */
static void expect_heat(const char *keys, struct buffer *written) {
    struct ui_stage *stage = ui_stage_new(FIXTURE_ARMED, 120, 40);
    ui_stage_press(stage, keys);
    struct scene scene = ui_scene(&stage->ui, &stage->world);
    buffer_init(written, SHEET_BYTES_MAX);
    extract_panel(&scene, EXTRACT_CSV, written);
    ui_stage_free(stage);
    assert_non_null(strstr(buffer_string(written), "time,le_1ms,le_1.468ms,"));
    assert_true(buffer_slice(written).length > 5000); /* minutes of rows */
}

static void heat_is_written_per_second_and_track(void **state) {
    (void)state;
    struct buffer stable;
    struct buffer canary;
    expect_heat("gc Tab Tab Tab", &stable);
    expect_heat("gc Tab Tab Tab Tab", &canary);
    assert_string_not_equal(buffer_string(&stable), buffer_string(&canary));
    buffer_clear(&stable);
    buffer_clear(&canary);
}

static void without_a_rollout_there_are_no_rows(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 120, 40);
    ui_stage_press(stage, "gc");
    struct scene scene = ui_scene(&stage->ui, &stage->world);
    struct buffer buffer;
    buffer_init(&buffer, SHEET_BYTES_MAX);
    assert_false(extract_copy(&scene, &buffer));
    buffer_clear(&buffer);
    ui_stage_free(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_is_written_as_numbers),
        cmocka_unit_test(an_open_end_is_empty),
        cmocka_unit_test(steps_and_reasons_are_written),
        cmocka_unit_test(heat_is_written_per_second_and_track),
        cmocka_unit_test(without_a_rollout_there_are_no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
