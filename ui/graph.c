/* SPDX-License-Identifier: MIT */
#include "ui/graph.h"

#include <math.h>

#include "base/text.h"
#include "base/units.h"
#include "core/metric_value.h"
#include "ui/figure.h"
#include "ui/time_axis.h"

enum {
    COLUMNS_MAX = CANVAS_WIDTH_MAX * RASTER_COLUMNS_MAX,
    SCALE_WIDTH = 6,
    SCALE_PLOT_MIN = 14, /* a narrower plot has no room for its scale */
    EIGHTHS = 8,
    DASH = 0x254C,
    LOWEST_BLOCK = 0x2581,
    FULL_BLOCK = 0x2588,
    DOT = 0x00B7,
};

/* A limit so far up that the lines would lie flat is left out. */
#define LIMIT_REACH 3.0F

/* The least span of a row of eighths, as a share of its largest value. */
#define SPARK_SPAN 0.4F

struct plot {
    struct rect rect;
    enum raster_glyphs glyphs;
    size_t columns; /* of dots */
    int dots;       /* rows of dots */
    float scale;    /* the value at the top */
    float lower[COLUMNS_MAX];
    float upper[COLUMNS_MAX];
    float dashed[COLUMNS_MAX];
};

static void read_plot(struct plot *plot, const struct graph *graph) {
    size_t per_cell = (size_t)raster_columns(plot->glyphs);
    plot->columns = (size_t)plot->rect.width * per_cell;
    plot->dots = plot->rect.height * raster_rows(plot->glyphs);
    struct time_axis axis =
        time_axis_of(graph->view_ns, graph->window_ns, plot->columns, per_cell);
    time_axis_read(&axis, graph->lower, plot->lower);
    time_axis_read(&axis, graph->upper, plot->upper);
    if (graph->dashed) time_axis_read(&axis, graph->dashed, plot->dashed);

    struct time_range range = time_range_join(
        time_axis_range(&axis, graph->lower, plot->lower),
        time_axis_range(&axis, graph->upper, plot->upper));
    if (graph->dashed) {
        range =
            time_range_join(range, time_axis_range(&axis, graph->dashed, plot->dashed));
    }
    float peak = range.peak;
    plot->scale = NAN;
    if (isnan(peak)) return;
    if (graph->limit > peak && graph->limit <= peak * LIMIT_REACH) peak = graph->limit;
    plot->scale = time_axis_scale(peak);
}

static int dot_of(const struct plot *plot, float value) {
    float height = value / plot->scale * (float)(plot->dots - 1);
    if (!(height > 0)) return 0;
    int dot = (int)lroundf(height);
    return dot < plot->dots ? dot : plot->dots - 1;
}

/* The dots of one column: from just beside the value before, so that the line holds. */
static void draw_step(
    const struct plot *plot, struct raster *raster, uint16_t *bits, const float *values,
    size_t at) {
    if (isnan(values[at])) return;
    int column = (int)(at % (size_t)raster_columns(plot->glyphs));
    int to = dot_of(plot, values[at]);
    int from = to;
    if (at > 0 && !isnan(values[at - 1])) {
        from = dot_of(plot, values[at - 1]);
        if (from < to) from++;
        if (from > to) from--;
    }
    raster_line(raster, bits, column, from, to);
}

/* Every second dot between the lines, in every second column. */
static void draw_excess(const struct plot *plot, struct raster *raster, size_t at) {
    if (plot->glyphs != RASTER_BRAILLE || at % 2 != 0) return;
    float from = plot->lower[at];
    float to = plot->upper[at];
    if (isnan(from) || isnan(to) || to <= from) return;
    int top = dot_of(plot, to);
    for (int dot = dot_of(plot, from) + 2; dot < top; dot++) {
        if (dot % 2 == 0) raster_line(raster, raster->upper, 0, dot, dot);
    }
}

/* One dash per cell, at its last value. */
static void draw_dashes(struct canvas *canvas, const struct plot *plot) {
    size_t per_cell = (size_t)raster_columns(plot->glyphs);
    for (int cell = 0; cell < plot->rect.width; cell++) {
        float value = plot->dashed[((size_t)cell + 1) * per_cell - 1];
        if (isnan(value)) continue;
        int up = dot_of(plot, value) / raster_rows(plot->glyphs);
        int row = plot->rect.y + plot->rect.height - 1 - up;
        canvas_put(canvas, plot->rect.x + cell, row, DASH, ROLE_LIMIT);
    }
}

static void draw_lines(
    struct canvas *canvas, const struct plot *plot, const struct graph *graph) {
    static const enum role roles[] = {ROLE_STABLE, ROLE_CANARY};
    size_t per_cell = (size_t)raster_columns(plot->glyphs);
    for (int cell = 0; cell < plot->rect.width; cell++) {
        struct raster raster;
        raster_clear(&raster, plot->glyphs, plot->rect.height);
        size_t first = (size_t)cell * per_cell;
        for (size_t at = first; at < first + per_cell; at++) {
            draw_step(plot, &raster, raster.lower, plot->lower, at);
            if (graph->excess) draw_excess(plot, &raster, at);
            draw_step(plot, &raster, raster.upper, plot->upper, at);
        }
        raster_draw(&raster, canvas, plot->rect.x + cell, plot->rect.y, roles);
    }
}

static void draw_scale(
    struct canvas *canvas, const struct plot *plot, struct rect rect,
    const struct graph *graph, int limit_row) {
    char words[FIGURE_SIZE];
    struct text text = TEXT_IN(words);
    int bottom = rect.y + rect.height - 1;
    if (limit_row >= 0) {
        metric_add_value(&text, graph->metric, graph->limit);
        canvas_text_right(canvas, rect.x, limit_row, rect.width, words, ROLE_LIMIT);
        text_reset(&text);
    }
    if (limit_row != rect.y) {
        metric_add_value(&text, graph->metric, plot->scale);
        canvas_text_right(canvas, rect.x, rect.y, rect.width, words, ROLE_DIM);
    }
    if (limit_row != bottom && rect.height > 1) {
        canvas_text_right(canvas, rect.x, bottom, rect.width, "0", ROLE_DIM);
    }
}

/* The row of the newest value; -1 without any. */
static int newest_row(const struct plot *plot, const float *values) {
    size_t at = plot->columns;
    while (at > 0 && isnan(values[at - 1])) at--;
    if (at == 0) return -1;
    int up = dot_of(plot, values[at - 1]) / raster_rows(plot->glyphs);
    int row = plot->rect.y + plot->rect.height - 1 - up;
    return row == plot->rect.y ? row + 1 : row; /* the scale stands at the top */
}

static void draw_name(
    struct canvas *canvas, int x, int y, uint32_t letter, enum role role) {
    enum { ARROW = 0x25C2 };
    canvas_put(canvas, x, y, ARROW, role);
    canvas_put(canvas, x + 1, y, letter, role);
}

/* Which line is which, at its newest value: no colour is needed to tell. */
static void draw_names(
    struct canvas *canvas, const struct plot *plot, const struct graph *graph,
    struct rect scale, int limit_row) {
    uint32_t lower_letter = graph->lower_letter ? (uint32_t)graph->lower_letter : 's';
    uint32_t upper_letter = graph->upper_letter ? (uint32_t)graph->upper_letter : 'c';
    int lower = newest_row(plot, plot->lower);
    int upper = newest_row(plot, plot->upper);
    int end = scale.y + scale.height;
    bool lower_fits = lower >= 0 && lower < end && lower != limit_row;
    bool upper_fits = upper >= 0 && upper < end && upper != limit_row;
    int x = scale.x;
    if (upper_fits) draw_name(canvas, x, upper, upper_letter, ROLE_CANARY);
    if (!lower_fits) return;
    draw_name(canvas, x, lower, lower_letter, ROLE_STABLE);
    if (upper == lower) canvas_put(canvas, x + 2, lower, upper_letter, ROLE_CANARY);
}

/* Returns its row, or -1 when it lies above the scale. */
static int draw_limit(
    struct canvas *canvas, const struct plot *plot, const struct graph *graph) {
    if (isnan(graph->limit) || graph->limit > plot->scale) return -1;
    int up = dot_of(plot, graph->limit) / raster_rows(plot->glyphs);
    int row = plot->rect.y + plot->rect.height - 1 - up;
    for (int x = 0; x < plot->rect.width; x++) {
        canvas_put(canvas, plot->rect.x + x, row, DASH, ROLE_LIMIT);
    }
    return row;
}

static enum raster_glyphs glyphs_for(
    const struct canvas *canvas, const struct graph *graph) {
    return canvas->ascii ? RASTER_ASCII : graph->glyphs;
}

void graph_draw(struct canvas *canvas, struct rect rect, const struct graph *graph) {
    if (rect.width <= 0 || rect.height <= 0) return;
    if (rect.width > CANVAS_WIDTH_MAX || rect.height > CANVAS_HEIGHT_MAX) return;
    struct rect scale = rect;
    struct plot plot; /* large: its values are written before they are read */
    plot.rect = rect;
    plot.glyphs = glyphs_for(canvas, graph);
    bool scaled = rect.width >= SCALE_PLOT_MIN + SCALE_WIDTH;
    if (scaled) {
        plot.rect.width -= SCALE_WIDTH;
        scale.x += plot.rect.width;
        scale.width = SCALE_WIDTH;
    }
    read_plot(&plot, graph);
    if (isnan(plot.scale)) {
        struct rect middle = {rect.x, rect.y + (rect.height - 1) / 2, rect.width, 1};
        int indent = (rect.width - 7) / 2;
        if (indent > 0) middle.x += indent;
        canvas_text(
            canvas, middle.x, middle.y, rect.x + rect.width - middle.x, "no data",
            ROLE_OFF);
        return;
    }
    int limit_row = draw_limit(canvas, &plot, graph);
    if (graph->dashed) draw_dashes(canvas, &plot);
    draw_lines(canvas, &plot, graph);
    if (scaled) draw_scale(canvas, &plot, scale, graph, limit_row);
    if (scaled && graph->upper) draw_names(canvas, &plot, graph, scale, limit_row);
}

/* So small a row shows changes, not sizes: the range of what was seen, but never so
 * narrow that noise looks like change. */
static struct time_range spark_range(struct time_range seen) {
    float span = seen.peak - seen.trough;
    if (span < seen.peak * SPARK_SPAN) span = seen.peak * SPARK_SPAN;
    if (!(span > 0)) span = 1;
    float middle = (seen.peak + seen.trough) / 2;
    float bottom = middle > span / 2 ? middle - span / 2 : 0;
    return (struct time_range){.trough = bottom, .peak = bottom + span};
}

void graph_draw_spark(
    struct canvas *canvas, struct rect rect, const struct graph *graph,
    enum role role) {
    static const char levels[] = "_.,-=+*#";
    if (rect.width <= 0 || rect.height <= 0 || rect.width > CANVAS_WIDTH_MAX) return;
    float values[CANVAS_WIDTH_MAX];
    struct time_axis axis =
        time_axis_of(graph->view_ns, graph->window_ns, (size_t)rect.width, 1);
    time_axis_read(&axis, graph->lower, values);
    struct time_range range = spark_range(time_axis_range(&axis, graph->lower, values));
    float span = range.peak - range.trough;
    for (int x = 0; x < rect.width; x++) {
        if (isnan(values[x])) continue;
        double height = (double)((values[x] - range.trough) / span) * EIGHTHS;
        uint64_t level = units_whole(fmin(height, EIGHTHS - 1));
        uint32_t rune = LOWEST_BLOCK + (uint32_t)level;
        if (canvas->ascii) rune = (uint32_t)levels[level];
        canvas_put(canvas, rect.x + x, rect.y, rune, role);
    }
}

void graph_draw_bar(
    struct canvas *canvas, struct rect rect, double ratio, enum role role) {
    if (rect.width <= 0 || rect.height <= 0) return;
    if (!(ratio > 0)) ratio = 0;
    if (ratio > 1) ratio = 1;
    if (role == ROLE_BAD) role = ROLE_WARN;
    int eighths = (int)lround(ratio * rect.width * EIGHTHS);
    if (ratio > 0 && eighths == 0) eighths = 1;
    if (canvas->ascii) eighths = (eighths + EIGHTHS / 2) / EIGHTHS * EIGHTHS;
    for (int x = 0; x < rect.width; x++) {
        int here = eighths - x * EIGHTHS;
        if (here >= EIGHTHS) {
            canvas_put(canvas, rect.x + x, rect.y, FULL_BLOCK, role);
        } else if (here > 0) {
            uint32_t part = FULL_BLOCK + (uint32_t)(EIGHTHS - here);
            canvas_put(canvas, rect.x + x, rect.y, part, role);
        } else {
            canvas_put(canvas, rect.x + x, rect.y, DOT, ROLE_DIM);
        }
    }
}
