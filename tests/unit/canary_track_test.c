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

/* The last two places, in ASCII: "+ done" is passed, "* done" goes on, "o done" is ahead. */
static void expect_end(const struct rollout_status *rollout, const char *ends[2]) {
    static struct state state;
    struct cell cells[WIDTH];
    struct canvas canvas = {.cells = cells, .width = WIDTH, .height = 1, .ascii = true};
    char row[WIDTH + 1] = {0};
    state_init(&state);
    state.rollout = *rollout;
    const struct scene scene = {
        .state = &state, .live = &state, .now_ns = now_ns, .view_ns = now_ns};
    canvas_clear(&canvas);
    canary_track_draw(&canvas, canvas_rect(&canvas), &scene);
    for (int i = 0; i < WIDTH; i++) row[i] = (char)cells[i].rune;
    for (int i = 0; i < 2; i++) {
        if (!strstr(row, ends[i])) fail_msg("no \"%s\" in %s", ends[i], row);
    }
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
        {ROLLOUT_ROLLED_BACK, false, true, {"o promoted", "o done"}},
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_promoted_is_kept_then_replaced_then_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
