/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "core/metric_value.h"
#include "ui/table.h"
#include "ui/views/canary_panels.h"
#include "ui/views/canary_text.h"

enum { QUANTILES = 3, WORDS_SIZE = 40 };

enum column { NAME, STABLE, STABLE_ENDS, CANARY, CANARY_ENDS, COLUMNS };

static void put_side(
    struct canvas *canvas, const struct table *table, struct table_cell cell,
    const struct rollout_latency *latency) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    bool known = !isnan(latency->value_ms);
    metric_add_value(&text, METRIC_P95, latency->value_ms);
    cell.words = words;
    enum role role = cell.role;
    cell.role = known ? role : ROLE_OFF;
    table_put(canvas, table, cell);
    text_reset(&text);
    canary_text_add_interval(&text, latency);
    cell.column++;
    bool bounded = !isnan(latency->low_ms) && !isnan(latency->high_ms);
    cell.role = bounded ? ROLE_DIM : ROLE_OFF;
    table_put(canvas, table, cell);
}

void canary_panels_draw_latency(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const char *const names[QUANTILES] = {"p50", "p95", "p99"};
    static const struct table_column columns[COLUMNS] = {
        [NAME] = {"", 3, 0, 5, false},
        [STABLE] = {"STABLE", 6, 0, 4, true},
        [STABLE_ENDS] = {"AT ANY TIME", 17, 1, 1, false},
        [CANARY] = {"CANARY", 6, 0, 3, true},
        [CANARY_ENDS] = {"AT ANY TIME", 17, 1, 2, false},
    };
    const struct rollout_status *rollout = &scene->state->rollout;
    bool any = rollout_shown(scene) != ROLLOUT_NONE;
    struct panel_frame frame = scene_frame(scene, PANEL_CANARY_LATENCY);
    frame.title = "latency, where it lies at all times";
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct rect at = {inner.x + 1, inner.y, inner.width - 2, inner.height};
    if (!any && at.height > 0) {
        canvas_text(canvas, at.x, at.y, at.width, "no data", ROLE_OFF);
        return;
    }
    struct table table = table_begin(canvas, at, columns, COLUMNS);
    enum role role = canary_text_role(scene, ROLE_STRONG);
    for (int i = 0; i < QUANTILES; i++) {
        table_put(canvas, &table, (struct table_cell){i, NAME, names[i], ROLE_TEXT});
        struct table_cell stable = {i, STABLE, "", role};
        put_side(canvas, &table, stable, &rollout->latency[TRACK_STABLE][i]);
        struct table_cell canary = {i, CANARY, "", role};
        put_side(canvas, &table, canary, &rollout->latency[TRACK_CANARY][i]);
    }
}
