/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "ui/table.h"
#include "ui/views/canary_gauges.h"
#include "ui/views/canary_panels.h"
#include "ui/views/canary_tally.h"
#include "ui/views/canary_text.h"
#include "ui/views/canary_trend.h"

enum { WORDS_SIZE = 40 };

enum column {
    METRIC,
    STABLE,
    STABLE_RATE,
    STABLE_ENDS,
    CANARY,
    CANARY_RATE,
    CANARY_ENDS,
    RATIO,
    EVIDENCE,
    TREND,
    GAUGE,
    COLUMNS
};

static double rate_of(uint64_t failed, uint64_t units) {
    return units > 0 ? (double)failed / (double)units : (double)NAN;
}

/* One row of the table. */
struct row {
    struct canvas *canvas;     /* borrowed */
    const struct table *table; /* borrowed */
    int y;
};

static void put(
    const struct row *row, uint32_t column, const char *words, enum role role) {
    struct table_cell cell = {row->y, column, words, role};
    table_put(row->canvas, row->table, cell);
}

/* One side: how many failed of how many, their share, and what it lies between. */
struct side {
    uint64_t failed, units;
    float low, high;
    enum column first; /* the counts; then the share and its ends */
    enum role role;
};

static void put_side(const struct row *row, const struct side *side) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    enum role role = side->units > 0 ? side->role : ROLE_OFF;
    text_addf(
        &text, "%llu/%llu", (unsigned long long)side->failed,
        (unsigned long long)side->units);
    put(row, side->first, words, role);
    text_reset(&text);
    canary_text_add_rate(&text, rate_of(side->failed, side->units));
    put(row, side->first + 1, words, role);
    text_reset(&text);
    canary_text_add_rates(&text, side->low, side->high);
    bool known = !isnan(side->low) && !isnan(side->high);
    put(row, side->first + 2, words, known ? ROLE_DIM : ROLE_OFF);
}

static void add_ratio(struct text *text, const struct rollout_metric *metric) {
    double stable = rate_of(metric->stable_failed, metric->stable_units);
    double canary = rate_of(metric->canary_failed, metric->canary_units);
    if (isnan(stable) || isnan(canary) || (stable <= 0 && canary <= 0)) {
        text_add(text, "n/a");
    } else if (stable <= 0) {
        text_add(text, "inf");
    } else {
        double ratio = canary / stable;
        text_addf(text, ratio < 100 ? "%.1fx" : "%.0fx", ratio);
    }
}

/* The cell of a column that holds no words, without the gap behind it. */
static struct rect cell_of(const struct row *row, uint32_t column) {
    const struct table *table = row->table;
    struct rect cell = layout_column(table->rect, table->items, column);
    cell.y += row->y;
    cell.height = row->y < table->rect.height ? 1 : 0;
    cell.width = cell.width > 1 && cell.height > 0 ? cell.width - 1 : 0;
    return cell;
}

static void put_metric(
    const struct row *row, const struct scene *scene, uint32_t index) {
    const struct rollout_metric *metric = &scene->state->rollout.metrics[index];
    enum role strong = canary_text_role(scene, ROLE_STRONG);
    float limit = scene->state->rollout.harm_limit;
    put(row, METRIC, metric->name, canary_text_role(scene, ROLE_TEXT));
    const struct side stable = {
        metric->stable_failed,
        metric->stable_units,
        metric->stable_low,
        metric->stable_high,
        STABLE,
        strong};
    const struct side canary = {
        metric->canary_failed,
        metric->canary_units,
        metric->canary_low,
        metric->canary_high,
        CANARY,
        strong};
    put_side(row, &stable);
    put_side(row, &canary);
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    add_ratio(&text, metric);
    put(row, RATIO, words, strong);
    text_reset(&text);
    canary_text_add_harm(&text, metric->harm, limit);
    enum role role = canary_gauge_role(scene, metric->harm, limit);
    put(row, EVIDENCE, words, role);
    canary_trend_draw(row->canvas, cell_of(row, TREND), scene, index);
    struct rect gauge = cell_of(row, GAUGE);
    if (gauge.width > 0) canary_gauge_draw(row->canvas, gauge, scene, metric->harm);
}

/* Whether as many others, or more, say more: then it has no row. NaN says nothing;
 * errors are always there. */
static bool has_row(const struct rollout_status *rollout, uint32_t index, int rows) {
    float harm = rollout->metrics[index].harm;
    if (index == 0) return rows > 0;
    int before = 0;
    for (uint32_t i = 0; i < rollout->metric_count; i++) {
        float other = rollout->metrics[i].harm;
        bool more = other > harm || (isnan(harm) && !isnan(other));
        bool same = other == harm || (isnan(harm) && isnan(other));
        if (i == 0 || more || (same && i < index)) before++;
    }
    return before < rows;
}

static void draw_table(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    char trend[WORDS_SIZE];
    struct text title = TEXT_IN(trend);
    text_addf(&title, "TREND %s", scene_window_name(scene));
    const struct table_column columns[COLUMNS] = {
        [METRIC] = {"METRIC", 16, 1, 10, false},
        [STABLE] = {"OF ALL", 10, 0, 3, true},
        [STABLE_RATE] = {"STABLE", 7, 0, 7, true},
        [STABLE_ENDS] = {"AT ANY TIME", 15, 0, 1, false},
        [CANARY] = {"OF ALL", 9, 0, 6, true},
        [CANARY_RATE] = {"CANARY", 7, 0, 9, true},
        [CANARY_ENDS] = {"AT ANY TIME", 15, 0, 4, false},
        [RATIO] = {"RATIO", 6, 0, 8, true},
        [EVIDENCE] = {"HARM", 13, 0, 11, false},
        [TREND] = {trend, 10, 2, 5, false},
        [GAUGE] = {"ROLLBACK", 8, 4, 2, false},
    };
    const struct rollout_status *rollout = &scene->state->rollout;
    struct table table = table_begin(canvas, rect, columns, COLUMNS);
    struct row row = {.canvas = canvas, .table = &table};
    for (uint32_t i = 0; i < rollout->metric_count; i++) {
        if (!has_row(rollout, i, table.rect.height)) continue;
        put_metric(&row, scene, i);
        row.y++;
    }
    if (rollout->metric_count == 0 && table.rect.height > 0) {
        canvas_text(
            canvas, table.rect.x, table.rect.y, table.rect.width,
            "nothing is measured yet", ROLE_OFF);
    }
}

static void add_shown(struct panel_frame *frame, uint32_t count, int rows) {
    if (rows > 0 && (int)count > rows) {
        panel_add_note(frame, ROLE_DIM, "%d of %u metrics", rows, count);
    }
}

void canary_panels_draw_evidence(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    enum { BORDERS = 2, TITLES = 1 };
    bool any = rollout_shown(scene) != ROLLOUT_NONE;
    struct panel_frame frame = scene_frame(scene, PANEL_CANARY_EVIDENCE);
    frame.title = "evidence, canary against stable";
    int rows = rect.height - BORDERS - TITLES - CANARY_GAUGES;
    int tallies = any ? canary_tally_rows(scene, rows) : 0;
    if (any) add_shown(&frame, scene->state->rollout.metric_count, rows - tallies);
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct rect at = {inner.x + 1, inner.y, inner.width - 2, inner.height};
    if (at.height <= 0) return;
    if (!any) {
        canvas_text(canvas, at.x, at.y, at.width, "no data", ROLE_OFF);
        return;
    }
    int gauges = at.height < CANARY_GAUGES ? at.height : CANARY_GAUGES;
    struct rect below = {at.x, at.y + at.height - gauges, at.width, gauges};
    at.height -= gauges + tallies;
    struct rect between = {at.x, at.y + at.height, at.width, tallies};
    if (at.height > 1) draw_table(canvas, at, scene);
    canary_tally_draw(canvas, between, scene);
    canary_gauges_draw(canvas, below, scene);
}
