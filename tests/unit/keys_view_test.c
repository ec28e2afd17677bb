/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/golden.h"
#include "support/ui_stage.h"

enum { ROW_SIZE = 1024 };

static const struct {
    int width, height;
} sizes[] = {{200, 60}, {120, 40}, {80, 24}, {40, 10}};

static bool help_shows(struct ui_stage *stage, enum command command, const char *key) {
    ui_stage_press(stage, "?");
    struct canvas canvas = ui_stage_draw(stage, 200, 60, false);
    bool found = false;
    for (int y = 0; y < canvas.height; y++) {
        char row[ROW_SIZE];
        golden_row(&canvas, y, row, sizeof row);
        const char *at = strstr(row, command_help(command));
        if (at && strstr(row, key)) found = true;
    }
    ui_stage_press(stage, "Esc");
    golden_canvas_free(&canvas);
    return found;
}

static void expect_hint(struct ui_stage *stage, char *hint) {
    char *blank = strchr(hint, ' ');
    assert_non_null(blank);
    *blank = '\0';
    const char *key = hint;
    const char *name = blank + 1;
    enum command command = COMMAND_COUNT;
    if (!command_from_name(name, &command)) fail_msg("\"%s\" is no command", name);
    if (!strstr(command_keys(command), key)) fail_msg("%s has no key %s", name, key);
    if (!help_shows(stage, command, key)) fail_msg("help does not show %s", name);
}

static void every_key_of_the_footer_is_in_the_table_and_in_help(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int width = sizes[i].width;
        int height = sizes[i].height;
        struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, width, height);
        struct canvas canvas = ui_stage_draw(stage, width, height, false);
        char row[ROW_SIZE];
        golden_row(&canvas, canvas.height - 1, row, sizeof row);
        char *at = row;
        int hints = 0;
        while ((at = at + strspn(at, " "))[0]) {
            if (strncmp(at, "│", 3) == 0) at += 3 + strspn(at + 3, " ");
            char *end = strstr(at, "  ");
            char *next = end ? end + 1 : at + strlen(at);
            if (end) *end = '\0';
            expect_hint(stage, at);
            hints++;
            at = next;
        }
        assert_true(hints >= 5);
        ui_stage_free(stage);
        golden_canvas_free(&canvas);
    }
}

/* On the smallest screen, with the help narrowed down to one command. */
static bool help_is_whole(enum command command) {
    struct ui_stage *stage = ui_stage_new(FIXTURE_HEALTHY, 40, 10);
    ui_stage_press(stage, "?");
    for (const char *at = command_help(command); *at; at++) {
        struct key key = {.cap = KEYCAP_RUNE, .rune = (uint8_t)*at};
        ui_on_key(&stage->ui, &stage->world, &key);
    }
    struct canvas canvas = ui_stage_draw(stage, 40, 10, false);
    unsigned rows = 0;
    for (int y = 3; y < canvas.height; y++) {
        char row[ROW_SIZE];
        golden_row(&canvas, y, row, sizeof row);
        if (strstr(row, command_help(command))) rows++;
    }
    ui_stage_free(stage);
    golden_canvas_free(&canvas);
    return rows == 1;
}

static void no_help_is_cut_on_the_smallest_screen(void **state) {
    (void)state;
    for (unsigned i = 0; i < COMMAND_COUNT; i++) {
        enum command command = (enum command)i;
        if (!help_is_whole(command)) fail_msg("help of %s", command_name(command));
    }
}

static void a_watcher_is_offered_nothing_that_acts(void **state) {
    (void)state;
    struct ui_stage *stage = ui_stage_new(FIXTURE_NO_CANARY, 200, 60);
    static const char *const keys[] = {"", "?", "Esc :", "s"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        ui_stage_press(stage, keys[i]);
        struct canvas canvas = ui_stage_draw(stage, 200, 60, false);
        for (int y = 0; y < canvas.height; y++) {
            char row[ROW_SIZE];
            golden_row(&canvas, y, row, sizeof row);
            assert_null(strstr(row, command_help(COMMAND_SMOKE)));
            assert_null(strstr(row, command_help(COMMAND_ARM)));
            assert_null(strstr(row, command_help(COMMAND_STOP)));
            assert_null(strstr(row, "A arm"));
        }
        golden_canvas_free(&canvas);
    }
    ui_stage_free(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_help_is_cut_on_the_smallest_screen),
        cmocka_unit_test(every_key_of_the_footer_is_in_the_table_and_in_help),
        cmocka_unit_test(a_watcher_is_offered_nothing_that_acts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
