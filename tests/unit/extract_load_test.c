/* SPDX-License-Identifier: MIT */
#include "ui/extract_load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/ui_stage.h"
#include "ui/extract.h"
#include "ui/ui_command.h"

/* The focused panel of the load run after those keys, written out. */
static void expect_written(
    const char *keys, enum extract_format format, const char *words) {
    struct ui_stage *stage = ui_stage_new(FIXTURE_LOAD, 120, 40);
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

static void percentiles_are_written_as_numbers(void **state) {
    (void)state;
    expect_written(
        "gl Tab", EXTRACT_CSV,
        "percentile,response_ms,service_ms,first_byte_ms\r\np50,402,395,\r\n");
    expect_written(
        "gl Tab", EXTRACT_JSON, "{\"percentile\":\"p99\",\"response_ms\":2020");
    expect_written("gl Tab", EXTRACT_TEXT, "p95         1.21s");
}

static void answers_generator_and_comparison_are_written(void **state) {
    (void)state;
    expect_written(
        "gl Tab Tab", EXTRACT_CSV,
        "answer,result,count\r\n200,ok,31179\r\n429,failed,0\r\n500,failed,11\r\n");
    expect_written("gl Tab Tab Tab Tab", EXTRACT_CSV, "limited,0\r\nworkers,1\r\n");
    expect_written(
        "gl Shift-Tab Shift-Tab Shift-Tab", EXTRACT_CSV, "then,640,371,990,");
}

static void lines_are_written_second_by_second(void **state) {
    (void)state;
    expect_written(
        "gl Shift-Tab Shift-Tab [", EXTRACT_CSV,
        "time,load_wanted,load_sent,load_done,load_users\r\n");
    expect_written("gl Shift-Tab", EXTRACT_CSV, "time,load_errors,load_timeouts\r\n");
}

/* 72 seconds ago it began: the window is shorter than that. */
static void the_heat_map_has_a_row_for_each_second(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_LOAD, 120, 40);
    ui_stage_press(stage, "gl [");
    struct scene scene = ui_scene(&stage->ui, &stage->world);
    struct sheet sheet;
    sheet_init(&sheet);
    assert_int_equal(extract_load_rows(&scene, EXTRACT_RAW, &sheet), 60);
    assert_int_equal(sheet.columns, 1 + HEAT_BUCKETS);
    sheet_clear(&sheet);
    ui_stage_press(stage, "]");
    scene = ui_scene(&stage->ui, &stage->world);
    sheet_init(&sheet);
    assert_int_equal(extract_load_rows(&scene, EXTRACT_RAW, &sheet), 73);
    sheet_clear(&sheet);
    ui_stage_free(stage);
    expect_written("gl", EXTRACT_CSV, "time,le_1ms,le_1.468ms,");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_written_as_numbers),
        cmocka_unit_test(answers_generator_and_comparison_are_written),
        cmocka_unit_test(lines_are_written_second_by_second),
        cmocka_unit_test(the_heat_map_has_a_row_for_each_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
