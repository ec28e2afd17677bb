/* SPDX-License-Identifier: MIT */
#include "ui/views/canary_trend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "support/fixture_canary.h"
#include "ui/canvas.h"

enum { WIDTH = 10, NOW_S = 1000, WINDOW_S = 100, STEP_S = WINDOW_S / WIDTH };

/* In ASCII, lowest first: _ . , - = + * # */
static void draw(const struct model *model, unsigned view_s, char row[WIDTH + 1]) {
    struct cell cells[WIDTH];
    struct canvas canvas = {.cells = cells, .width = WIDTH, .height = 1, .ascii = true};
    const struct scene scene = {
        .state = &model->state,
        .live = &model->state,
        .model = model,
        .now_ns = NOW_S * NS_PER_S,
        .view_ns = view_s * NS_PER_S,
        .window_ns = WINDOW_S * NS_PER_S};
    canvas_clear(&canvas);
    canary_trend_draw(&canvas, canvas_rect(&canvas), &scene, 0);
    for (int i = 0; i < WIDTH; i++) row[i] = (char)cells[i].rune;
    row[WIDTH] = '\0';
}

/* Nothing for the first half of the window, then a tenfold of evidence, then enough. */
static struct model *climb(void) {
    struct model *model = model_new();
    struct rollout_status *rollout = &model->state.rollout;
    *rollout = fixture_rollout(ROLLOUT_AT_STEP, NOW_S * NS_PER_S);
    for (unsigned second = NOW_S - WINDOW_S; second <= NOW_S; second++) {
        bool more = second >= NOW_S - 5 * STEP_S;
        bool enough = second >= NOW_S - 2 * STEP_S;
        rollout->metrics[0].harm = enough ? 400 : more ? 10 : 0.2F;
        rollout_trend_take(&model->rollout, rollout, second * NS_PER_S);
    }
    return model;
}

static void evidence_climbs_on_a_scale_of_powers(void **state) {
    (void)state;
    char row[WIDTH + 1];
    struct model *model = climb();
    draw(model, NOW_S, row);
    assert_string_equal(row + 1, "___---###");
    model_free(model);
}

/* Where the screen is frozen it ends with what was known then. */
static void nothing_is_shown_that_was_still_to_come(void **state) {
    (void)state;
    char row[WIDTH + 1];
    struct model *model = climb();
    draw(model, NOW_S - 3 * STEP_S, row);
    assert_null(strchr(row, '#'));
    assert_int_equal(row[WIDTH - 1], '-');
    draw(model, NOW_S - WINDOW_S - STEP_S, row);
    assert_string_equal(row, "          ");
    model_free(model);
}

static void what_is_of_another_rollout_is_not_shown(void **state) {
    (void)state;
    char row[WIDTH + 1];
    struct model *model = climb();
    struct rollout_status *rollout = &model->state.rollout;
    text_copy(rollout->id, sizeof rollout->id, "01JZQW3T5V7X9ZB1D3F5H7K9M2");
    draw(model, NOW_S, row);
    assert_string_equal(row, "          ");
    model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_climbs_on_a_scale_of_powers),
        cmocka_unit_test(nothing_is_shown_that_was_still_to_come),
        cmocka_unit_test(what_is_of_another_rollout_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
