/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/text.h"
#include "base/units.h"
#include "core/metric_value.h"
#include "ui/layout.h"
#include "ui/table.h"
#include "ui/time_axis.h"
#include "ui/views/panels.h"
#include "ui/views/screen_views.h"

enum {
    NAME_WIDTH = 9,
    CLOCK_EVERY = 12, /* cells between two times */
    LINE_SIZE = 64,
    LINES = 7,
    AXIS_ROWS = 2,
};

#define MINUTE_NS (60 * NS_PER_S)

struct line {
    const char *name;
    enum metric metric;
    enum track track;
};

static const struct line lines[LINES] = {
    {"p95 sta", METRIC_P95, TRACK_STABLE},
    {"p95 can", METRIC_P95, TRACK_CANARY},
    {"err sta", METRIC_ERROR_RATIO, TRACK_STABLE},
    {"err can", METRIC_ERROR_RATIO, TRACK_CANARY},
    {"rps sta", METRIC_RPS, TRACK_STABLE},
    {"queue", METRIC_QUEUE_WAITING, TRACK_STABLE},
    {"redis/s", METRIC_REDIS_OPS, TRACK_STABLE},
};

static void draw_line(
    struct canvas *canvas, struct rect at, const struct scene *scene,
    const struct line *line) {
    enum role role = line->track == TRACK_CANARY ? ROLE_CANARY : ROLE_STABLE;
    if (metric_scope(line->metric) == METRIC_OF_TARGET) role = ROLE_TEXT;
    canvas_text(canvas, at.x, at.y, NAME_WIDTH - 1, line->name, role);
    at.x += NAME_WIDTH;
    at.width -= NAME_WIDTH;
    struct graph graph = scene_graph(scene, line->track, line->metric);
    graph_draw_spark(canvas, at, &graph, role);
}

static uint32_t mark_of(const struct note *note) {
    switch ((enum note_level)note->level) {
    case NOTE_INFO: return 0x00B7;
    case NOTE_OK: return 0x2714;
    case NOTE_WARN: return '~';
    case NOTE_BAD: return '!';
    }
    return 0x00B7;
}

static enum role role_of(const struct note *note) {
    static const enum role roles[] = {ROLE_DIM, ROLE_OK, ROLE_WARN, ROLE_BAD};
    return note->level <= NOTE_BAD ? roles[note->level] : ROLE_DIM;
}

/* What happened, under the lines it may explain; the newest covers an older one. */
static void draw_marks(
    struct canvas *canvas, struct rect at, const struct scene *scene,
    const struct time_axis *axis) {
    for (uint32_t back = STATE_NOTES_MAX; back-- > 0;) {
        const struct note *note = state_note(scene->state, back);
        if (!note || note->at_ns < axis->from_ns) continue;
        uint64_t column = (note->at_ns - axis->from_ns) / axis->bucket_ns;
        column += axis->missing;
        if (column >= axis->columns) continue;
        canvas_put(canvas, at.x + (int)column, at.y, mark_of(note), role_of(note));
    }
}

static void draw_clocks(
    struct canvas *canvas, struct rect at, const struct scene *scene,
    const struct time_axis *axis) {
    bool seconds = axis->bucket_ns * CLOCK_EVERY < MINUTE_NS;
    for (int x = 0; x + 8 <= at.width; x += CLOCK_EVERY) {
        if ((size_t)x < axis->missing) continue;
        uint64_t column = (uint64_t)x - axis->missing;
        char words[LINE_SIZE];
        struct text text = TEXT_IN(words);
        units_add_clock(
            &text, scene_wall_ms(scene, axis->from_ns + column * axis->bucket_ns));
        if (!seconds) words[5] = '\0';
        canvas_text(canvas, at.x + x, at.y, 8, words, ROLE_DIM);
    }
}

static void draw_axis(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct panel_frame frame = {.title = "timeline"};
    frame.armed = scene_frame(scene, PANEL_EVENTS).armed;
    frame.span = scene_window_name(scene);
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct rect at = {inner.x + 1, inner.y, inner.width - 2, 1};
    bool canary = scene_has_canary(scene);
    int room = inner.height - AXIS_ROWS;
    for (size_t i = 0; i < LINES && room > 0; i++) {
        if (lines[i].track == TRACK_CANARY && !canary) continue;
        draw_line(canvas, at, scene, &lines[i]);
        at.y++;
        room--;
    }
    if (inner.height < AXIS_ROWS || at.width <= NAME_WIDTH) return;
    canvas_text(canvas, at.x, at.y, NAME_WIDTH - 1, "events", ROLE_TEXT);
    at.x += NAME_WIDTH;
    at.width -= NAME_WIDTH;
    struct time_axis axis =
        time_axis_of(scene->view_ns, scene->window_ns, (size_t)at.width, 1);
    draw_marks(canvas, at, scene, &axis);
    at.y++;
    draw_clocks(canvas, at, scene, &axis);
}

enum column { COLUMN_NAME, COLUMN_STABLE, COLUMN_CANARY, COLUMN_DELTA, COLUMN_BEFORE };

/* The value a minute before the moment, from the series. */
static void add_before(
    struct text *text, const struct scene *scene, enum track track,
    enum metric metric) {
    const struct series *series = model_series(scene->model, track, metric);
    float value = NAN;
    if (series && series->step_ns > 0 && scene->view_ns > MINUTE_NS) {
        value = series_at(series, scene->view_ns - MINUTE_NS);
    }
    metric_add_value(text, metric, value);
}

static void draw_figure(
    struct canvas *canvas, const struct table *table, int y, const struct scene *scene,
    enum metric metric) {
    bool of_track = metric_scope(metric) == METRIC_OF_TRACK && scene_has_canary(scene);
    struct figure stable = scene_figure(scene, TRACK_STABLE, metric);
    struct figure canary = scene_figure(scene, TRACK_CANARY, metric);
    char delta[FIGURE_SIZE] = "";
    double ratio = (double)canary.value / (double)stable.value;
    struct text text = TEXT_IN(delta);
    if (of_track && metric_unit(metric) == METRIC_MS && isfinite(ratio)) {
        text_addf(&text, "%+.0f%%", round((ratio - 1) * 100) + 0.0);
    }
    char before[LINE_SIZE];
    text = TEXT_IN(before);
    add_before(&text, scene, TRACK_STABLE, metric);
    if (of_track) {
        text_add(&text, " / ");
        add_before(&text, scene, TRACK_CANARY, metric);
    }
    struct table_cell cells[] = {
        {y, COLUMN_NAME, metric_label(metric), ROLE_TEXT},
        {y, COLUMN_STABLE, stable.words, figure_role(&stable, ROLE_STRONG)},
        {y, COLUMN_CANARY, of_track ? canary.words : "",
         figure_role(&canary, ROLE_STRONG)},
        {y, COLUMN_DELTA, delta, ROLE_TEXT},
        {y, COLUMN_BEFORE, before, ROLE_DIM},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        table_put(canvas, table, cells[i]);
    }
}

static void draw_moment(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const enum metric metrics[] = {
        METRIC_RPS,        METRIC_ERROR_RATIO,  METRIC_P50,
        METRIC_P95,        METRIC_P99,          METRIC_QUEUE_WAITING,
        METRIC_REDIS_OPS,  METRIC_UPSTREAM,     METRIC_TOKENS,
        METRIC_IN_FLIGHT,  METRIC_CPU,          METRIC_MEMORY,
        METRIC_TTFT,       METRIC_RETRY_RATIO,  METRIC_COST,
        METRIC_FDS,        METRIC_BREAKER,      METRIC_SPLIT_SEEN,
        METRIC_REDIS_PING, METRIC_WORKERS_BUSY, METRIC_QUEUE_AGE,
        METRIC_QUEUE_DEAD, METRIC_REDIS_MEMORY,
    };
    static const struct table_column columns[] = {
        [COLUMN_NAME] = {"", 9, 1, 9, false},
        [COLUMN_STABLE] = {"stable", 7, 1, 8, true},
        [COLUMN_CANARY] = {"canary", 7, 1, 7, true},
        [COLUMN_DELTA] = {"diff", 6, 1, 5, true},
        [COLUMN_BEFORE] = {"1m before", 15, 2, 3, true},
    };
    char title[LINE_SIZE];
    struct text text = TEXT_IN(title);
    text_add(&text, "at ");
    units_add_clock(&text, scene_wall_ms(scene, scene->view_ns));
    struct panel_frame frame = {.title = title};
    frame.armed = scene_frame(scene, PANEL_EVENTS).armed;
    enum role role = scene->frozen ? ROLE_FROZEN : ROLE_DIM;
    panel_add_note(&frame, role, "%s", scene->frozen ? "frozen" : "live");
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct rect at = {inner.x + 1, inner.y, inner.width - 1, inner.height};
    struct table table =
        table_begin(canvas, at, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        draw_figure(canvas, &table, (int)i, scene, metrics[i]);
    }
}

void timeline_view_draw(
    struct canvas *canvas, struct rect body, const struct scene *scene) {
    struct layout_item rows[2] = {
        {.least = 4 + AXIS_ROWS, .weight = 1, .most = LINES + AXIS_ROWS + 2},
        {.least = 5, .weight = 2, .priority = 1},
    };
    layout_share(rows, 2, body.height);
    draw_axis(canvas, layout_row(body, rows, 0), scene);
    struct rect lower = layout_row(body, rows, 1);
    struct layout_item columns[2] = {
        {.least = 36, .weight = 1, .priority = 1},
        {.least = 36, .weight = 1, .priority = 0},
    };
    layout_share(columns, 2, lower.width);
    panels_draw_events(canvas, layout_column(lower, columns, 0), scene);
    if (columns[1].size > 0) {
        draw_moment(canvas, layout_column(lower, columns, 1), scene);
    }
}
