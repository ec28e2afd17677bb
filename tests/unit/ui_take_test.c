/* SPDX-License-Identifier: MIT */
#include "ui/ui_take.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/golden.h"
#include "support/ui_stage.h"

enum { ROW_SIZE = 1024 };

static struct ui_request type(struct ui_stage *stage, const char *words) {
    struct ui_request last = {.command = COMMAND_COUNT};
    for (const char *at = words; *at; at++) {
        struct key key = {.cap = KEYCAP_RUNE, .rune = (uint8_t)*at};
        if (*at == '\r') key = (struct key){.cap = KEYCAP_ENTER};
        if (*at == '\x15') key = (struct key){KEYCAP_RUNE, KEY_WITH_CTRL, .rune = 'u'};
        last = ui_on_key(&stage->ui, &stage->world, &key);
    }
    return last;
}

static void expect_last_row(struct ui_stage *stage, const char *words) {
    struct canvas canvas = ui_stage_draw(stage, 80, 24, false);
    char row[ROW_SIZE];
    golden_row(&canvas, 23, row, sizeof row);
    if (!strstr(row, words)) fail_msg("\"%s\" is not in \"%s\"", words, row);
    golden_canvas_free(&canvas);
}

static void m_takes_a_note_of_this_moment(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 80, 24);
    type(stage, "mfirst spi");
    expect_last_row(stage, " note at 14:22:07: first spi");
    struct ui_request request = type(stage, "ke\r");
    assert_int_equal(request.command, COMMAND_MARK);
    assert_string_equal(request.argument, "first spike");
    assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
    assert_string_equal(type(stage, "m\r").argument, "marked");
    ui_stage_free(stage);
}

static void a_note_on_the_past_says_when_that_was(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_WORSE, 80, 24);
    ui_stage_press(stage, "Shift-Left");
    struct ui_request request = type(stage, "mhere\r");
    assert_string_equal(request.argument, "at 14:21:57: here");
    ui_stage_free(stage);
}

static void escape_and_ctrl_c_leave_the_line(void **state) {
    (void)state;
    static const char *const keys[] = {"m a b Esc", "m a Ctrl-C", "e Esc", "e Ctrl-C"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 80, 24);
        ui_stage_press(stage, keys[i]);
        assert_int_equal(stage->ui.over, UI_NOTHING_OVER);
        ui_stage_free(stage);
    }
}

static void e_proposes_a_name_and_takes_another(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 80, 24);
    ui_stage_press(stage, "2 e");
    expect_last_row(stage, " write errors to: errors-20261122T142207Z.csv");
    struct ui_request request = type(stage, "\r");
    assert_int_equal(request.command, COMMAND_EXPORT);
    assert_string_equal(request.argument, "errors-20261122T142207Z.csv");
    ui_stage_press(stage, "e");
    assert_string_equal(type(stage, "\x15mine.json\r").argument, "mine.json");
    ui_stage_free(stage);
}

static void no_name_out_of_the_folder_or_without_a_format_is_taken(void **state) {
    (void)state;
    static const char *const names[] = {"../x.csv\r", "/etc/passwd\r", "x\r", "x.svg\r",
                                        "\r",         ".bashrc\r"};
    struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 80, 24);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ui_stage_press(stage, "e Ctrl-U");
        assert_int_equal(type(stage, names[i]).command, COMMAND_COUNT);
        assert_int_equal(strncmp(stage->ui.notice, "not written: ", 13), 0);
    }
    ui_stage_free(stage);
}

static void y_asks_for_a_copy(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 80, 24);
    assert_int_equal(type(stage, "y").command, COMMAND_COPY);
    ui_stage_free(stage);
}

static void the_palette_takes_the_words_with_the_command(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_NO_CANARY, 80, 24); /* a watcher */
    struct ui_request request = type(stage, ":mark deploy begins\r");
    assert_int_equal(request.command, COMMAND_MARK);
    assert_string_equal(request.argument, "deploy begins");
    request = type(stage, ":export all.txt\r");
    assert_int_equal(request.command, COMMAND_EXPORT);
    assert_string_equal(request.argument, "all.txt");
    ui_stage_free(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(m_takes_a_note_of_this_moment),
        cmocka_unit_test(a_note_on_the_past_says_when_that_was),
        cmocka_unit_test(escape_and_ctrl_c_leave_the_line),
        cmocka_unit_test(e_proposes_a_name_and_takes_another),
        cmocka_unit_test(no_name_out_of_the_folder_or_without_a_format_is_taken),
        cmocka_unit_test(y_asks_for_a_copy),
        cmocka_unit_test(the_palette_takes_the_words_with_the_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
