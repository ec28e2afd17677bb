/* SPDX-License-Identifier: MIT */
#include "ui/views/canary_trend.h"

#include <math.h>

#include "base/units.h"
#include "ui/time_axis.h"
#include "ui/views/canary_gauges.h"
#include "ui/views/canary_text.h"

enum { LEVELS = 8, LOWEST_BLOCK = 0x2581 };

/* The lowest block is evidence of nothing, the highest one rolls back. */
static void draw_column(
    struct canvas *canvas, int x, int y, double share, enum role role) {
    static const char levels[] = "_.,-=+*#";
    if (isnan(share)) return;
    uint64_t level = units_whole(fmin(fmax(share, 0), 1) * (LEVELS - 1));
    uint32_t rune = LOWEST_BLOCK + (uint32_t)level;
    if (canvas->ascii) rune = (uint32_t)levels[level];
    canvas_put(canvas, x, y, rune, level == 0 ? ROLE_DIM : role);
}

void canary_trend_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    uint32_t metric) {
    const struct rollout_status *rollout = &scene->state->rollout;
    const struct series *series =
        rollout_trend_of(&scene->model->rollout, rollout, metric);
    float logs[CANVAS_WIDTH_MAX];
    if (!series || rect.width <= 0 || rect.height <= 0 || !(rollout->harm_limit > 1)) {
        return;
    }
    if (rect.width > CANVAS_WIDTH_MAX) rect.width = CANVAS_WIDTH_MAX;
    const struct time_axis axis =
        time_axis_of(scene->view_ns, scene->window_ns, (size_t)rect.width, 1);
    time_axis_read(&axis, series, logs);
    float harm = rollout->metrics[metric].harm;
    enum role role = canary_gauge_role(scene, harm, rollout->harm_limit);
    if (role == ROLE_STRONG) role = ROLE_CANARY;
    /* In reverse its blocks would have the colour of the ground. */
    if (role == ROLE_BAD) role = ROLE_WARN;
    double whole = log((double)rollout->harm_limit);
    for (int x = 0; x < rect.width; x++) {
        draw_column(canvas, rect.x + x, rect.y, (double)logs[x] / whole, role);
    }
}
