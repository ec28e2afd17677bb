/* SPDX-License-Identifier: MIT */
#include "ui/ui_setting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/golden.h"
#include "support/ui_stage.h"

enum { ROW_SIZE = 1024 };

static struct ui_request press(struct ui_stage *stage, enum keycap cap) {
    struct key key = {.cap = cap};
    return ui_on_key(&stage->ui, &stage->world, &key);
}

static bool shows(struct ui_stage *stage, const char *words) {
    struct canvas canvas = ui_stage_draw(stage, 80, 24, false);
    bool found = false;
    for (int y = 0; y < canvas.height; y++) {
        char row[ROW_SIZE];
        golden_row(&canvas, y, row, sizeof row);
        if (strstr(row, words)) found = true;
    }
    golden_canvas_free(&canvas);
    return found;
}

static void f2_lists_every_setting_with_its_value(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 80, 24);
    stage->world.settings = (struct setting_values){
        .words =
            {
                [SETTING_THEME] = "night",
                [SETTING_COLORS] = "256",
                [SETTING_SYNC] = "auto (off)",
            },
    };
    ui_stage_press(stage, "F2");
    assert_true(shows(stage, "▸ theme    night"));
    assert_true(shows(stage, "colours  256"));
    assert_true(shows(stage, "glyphs   braille"));
    assert_true(shows(stage, "sync     auto (off)"));
    ui_stage_press(stage, "F2");
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    ui_stage_free(stage);
}

static void enter_asks_for_the_next_value_and_the_list_stays(void **state) {
    (void)state;
    static const enum command commands[] = {
        COMMAND_THEME, COMMAND_COLORS, COMMAND_COUNT, COMMAND_SYNC};
    struct ui_stage *stage = ui_stage_new(FIXTURE_NO_CANARY, 80, 24); /* a watcher */
    ui_stage_press(stage, "F2");
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        struct ui_request request = press(stage, KEYCAP_ENTER);
        assert_int_equal(request.command, commands[i]);
        assert_string_equal(request.argument, "");
        press(stage, KEYCAP_DOWN);
    }
    assert_int_equal(stage->ui.glyphs, RASTER_BLOCK); /* the screens' own */
    assert_int_equal(stage->ui.over, UI_SETTINGS);
    ui_stage_free(stage);
}

static void ctrl_r_brings_typed_commands_back(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 80, 24);
    ui_stage_press(stage, "Ctrl-R Esc : t h e m e Enter : g l y p h s Enter");
    ui_stage_press(stage, "Ctrl-R");
    assert_int_equal(stage->ui.over, UI_PALETTE);
    assert_string_equal(stage->ui.prompt.words, "glyphs");
    ui_stage_press(stage, "Ctrl-R");
    assert_string_equal(stage->ui.prompt.words, "theme");
    ui_stage_press(stage, "Ctrl-R"); /* the oldest one stays */
    assert_string_equal(stage->ui.prompt.words, "theme");
    assert_int_equal(press(stage, KEYCAP_ENTER).command, COMMAND_THEME);
    ui_stage_free(stage);
}

static void n_goes_around_the_matches_and_back(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_WORSE, 80, 24);
    ui_stage_press(stage, "2 n");
    assert_string_equal(stage->ui.notice, "no filter is set here: / sets one");
    ui_stage_press(stage, "/ t i m e o u t Enter");
    assert_int_equal(stage->ui.selected[LIST_ERRORS], 0);
    ui_stage_press(stage, "n");
    assert_int_equal(stage->ui.selected[LIST_ERRORS], 1);
    ui_stage_press(stage, "n");
    assert_int_equal(stage->ui.selected[LIST_ERRORS], 0); /* around */
    ui_stage_press(stage, "N");
    assert_int_equal(stage->ui.selected[LIST_ERRORS], 1);
    assert_true(shows(stage, "filter: timeout   n next  N before  Esc clears"));
    ui_stage_press(stage, "/ Ctrl-U ! t i m e o u t Enter");
    assert_true(shows(stage, "filter: all but timeout"));
    assert_false(shows(stage, "upstream_timeout"));
    ui_stage_press(stage, "/ Ctrl-U z z z Enter n");
    assert_string_equal(stage->ui.notice, "the filter lets nothing through");
    ui_stage_free(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f2_lists_every_setting_with_its_value),
        cmocka_unit_test(enter_asks_for_the_next_value_and_the_list_stays),
        cmocka_unit_test(ctrl_r_brings_typed_commands_back),
        cmocka_unit_test(n_goes_around_the_matches_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
