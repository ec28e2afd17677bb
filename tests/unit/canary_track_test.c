/* SPDX-License-Identifier: MIT */
#include "ui/views/canary_track.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "core/model.h"
#include "support/fixture_canary.h"
#include "ui/canvas.h"

enum { WIDTH = 100 };

static const uint64_t now_ns = 1000 * NS_PER_S;

/* In ASCII: "+ done" is passed, "* done" goes on,
 * "X done" failed, "o done" is ahead. */
static void draw(const struct rollout_status *rollout, int width, char *row) {
    static struct state state;
    struct cell cells[WIDTH];
    struct canvas canvas = {.cells = cells, .width = width, .height = 1, .ascii = true};
    state_init(&state);
    state.rollout = *rollout;
    const struct scene scene = {
        .state = &state, .live = &state, .now_ns = now_ns, .view_ns = now_ns};
    canvas_clear(&canvas);
    canary_track_draw(&canvas, canvas_rect(&canvas), &scene);
    for (int i = 0; i < width; i++) row[i] = (char)cells[i].rune;
    row[width] = '\0';
}

static void expect_words(const char *row, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!strstr(row, words[i])) fail_msg("no \"%s\" in %s", words[i], row);
    }
}

static void expect_end(const struct rollout_status *rollout, const char *ends[2]) {
    char row[WIDTH + 1];
    draw(rollout, WIDTH, row);
    expect_words(row, ends, 2);
}

static void what_is_promoted_is_kept_then_replaced_then_over(void **test) {
    (void)test;
    static const struct {
        enum rollout_phase phase;
        bool finalizing, ended;
        const char *ends[2];
    } rows[] = {
        {ROLLOUT_WATCHING, false, false, {"o promoted", "o done"}},
        {ROLLOUT_DONE, false, false, {"* promoted", "o done"}},
        {ROLLOUT_FINALIZING, true, false, {"+ promoted", "* finalizing"}},
        {ROLLOUT_HOLD, true, false, {"+ promoted", "! finalizing"}},
        {ROLLOUT_DONE, true, false, {"+ promoted", "* finalizing"}},
        {ROLLOUT_DONE, true, true, {"+ promoted", "+ done"}},
        {ROLLOUT_ROLLED_BACK, false, true, {"X promoted", "+ rolled back"}},
        {ROLLOUT_ROLLED_BACK, true, true, {"X finalizing", "+ rolled back"}},
        {ROLLOUT_ROLLING_BACK, false, false, {"X promoted", "* rolling back"}},
        {ROLLOUT_STRANDED, false, false, {"X promoted", "X stranded"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rollout_status rollout = fixture_rollout(ROLLOUT_PROMOTED, now_ns);
        const char *ends[] = {rows[i].ends[0], rows[i].ends[1]};
        rollout.phase = (uint8_t)rows[i].phase;
        rollout.finalizing = rows[i].finalizing;
        rollout.ended = rows[i].ended;
        expect_end(&rollout, ends);
    }
}

/* As often as not it is the smoke test that ends one. */
static void where_it_failed_is_marked(void **test) {
    (void)test;
    static const struct {
        enum fixture_rollout kind;
        const char *marks[4];
    } rows[] = {
        {ROLLOUT_REFUSED, {"X preflight", "o deploy", "o smoke", "o 5%"}},
        {ROLLOUT_UNDEPLOYED, {"+ preflight", "X deploy", "o smoke", "o 5%"}},
        {ROLLOUT_UNSOUND, {"+ preflight", "+ deploy", "X smoke", "o 5%"}},
        {ROLLOUT_TURNED_BACK, {"+ smoke", "+ 5%", "X 25%", "+ rolled back"}},
        {ROLLOUT_UNDONE, {"+ smoke", "+ 100%", "X promoted", "+ rolled back"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct rollout_status rollout = fixture_rollout(rows[i].kind, now_ns);
        char row[WIDTH + 1];
        draw(&rollout, WIDTH, row);
        expect_words(row, rows[i].marks, 4);
    }
}

static void a_hold_before_the_steps_is_not_taken_for_one_of_them(void **test) {
    (void)test;
    struct rollout_status rollout = fixture_rollout(ROLLOUT_UNSOUND, now_ns);
    rollout.phase = ROLLOUT_HOLD;
    rollout.ended = false;
    expect_end(&rollout, (const char *[]){"! smoke", "o 5%"});
}

/* One that does not say how far it came, such as a recorded one, has no wrong mark. */
static void what_is_not_said_is_not_marked(void **test) {
    (void)test;
    struct rollout_status rollout = fixture_rollout(ROLLOUT_UNSOUND, now_ns);
    char row[WIDTH + 1];
    rollout.reached = ROLLOUT_IDLE;
    draw(&rollout, WIDTH, row);
    assert_null(strstr(row, "smoke"));
    assert_null(strstr(row, "X "));
    assert_non_null(strstr(row, "+ rolled back"));
}

static void expect_failure_seen(enum fixture_rollout kind) {
    const struct rollout_status rollout = fixture_rollout(kind, now_ns);
    for (int width = 12; width <= WIDTH; width++) {
        char row[WIDTH + 1];
        draw(&rollout, width, row);
        expect_words(row, (const char *[]){"X "}, 1);
    }
}

/* However little room there is, unless it has room for nothing. */
static void the_failure_is_seen_at_any_width(void **test) {
    (void)test;
    static const enum fixture_rollout kinds[] = {
        ROLLOUT_REFUSED, ROLLOUT_UNDEPLOYED, ROLLOUT_UNSOUND, ROLLOUT_TURNED_BACK,
        ROLLOUT_UNDONE};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        expect_failure_seen(kinds[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_it_failed_is_marked),
        cmocka_unit_test(a_hold_before_the_steps_is_not_taken_for_one_of_them),
        cmocka_unit_test(what_is_not_said_is_not_marked),
        cmocka_unit_test(the_failure_is_seen_at_any_width),
        cmocka_unit_test(what_is_promoted_is_kept_then_replaced_then_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
