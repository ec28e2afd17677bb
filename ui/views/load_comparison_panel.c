/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/units.h"
#include "core/metric_value.h"
#include "ui/table.h"
#include "ui/views/load_panels.h"
#include "ui/views/load_text.h"

enum { FIGURES = 6, WORDS_SIZE = 32, DATE_SIZE = 32, DATE_LENGTH = 10 };

/* So much worse than the last time is marked. */
#define WORSE_RATIO 0.2

/* Figures stand in the order of struct load_result. */
struct figures {
    float values[FIGURES];
};

enum { OF_RPS, OF_P50, OF_P95, OF_P99, OF_ERRORS, OF_KNEE };

static struct figures figures_of(const struct load_result *result) {
    return (struct figures){
        {result->rps, result->p50_ms, result->p95_ms, result->p99_ms,
         result->error_ratio, result->knee_per_s}};
}

static bool more_is_better(unsigned figure) {
    return figure == OF_RPS || figure == OF_KNEE;
}

static void add_value(struct text *text, unsigned figure, float value) {
    if (isnan(value)) {
        text_add(text, "n/a");
    } else if (figure == OF_ERRORS) {
        units_add_percent(text, (double)value);
    } else if (figure >= OF_P50 && figure <= OF_P99) {
        load_text_add_ms(text, value);
    } else {
        metric_add_value(text, METRIC_LOAD_DONE, value);
    }
}

/* Errors in points of percent, as they begin at nothing; the others in percent. */
static enum role add_delta(
    struct text *text, unsigned figure, double now, double then) {
    double change = figure == OF_ERRORS ? now - then : now / then - 1;
    if (!isfinite(change)) {
        text_add(text, "n/a");
        return ROLE_OFF;
    }
    if (figure == OF_ERRORS) {
        text_addf(text, "%+.2f", change * 100 + 0.0);
        return ROLE_TEXT;
    }
    double worse = more_is_better(figure) ? -change : change;
    text_addf(text, "%s%+.0f%%", worse > WORSE_RATIO ? "!" : "", change * 100 + 0.0);
    return worse > WORSE_RATIO ? ROLE_WARN : ROLE_TEXT;
}

static void put_row(
    struct canvas *canvas, const struct table *table, int y, const char *name,
    const struct figures *figures) {
    table_put(canvas, table, (struct table_cell){y, 0, name, ROLE_TEXT});
    for (unsigned i = 0; i < FIGURES; i++) {
        char words[WORDS_SIZE];
        struct text text = TEXT_IN(words);
        add_value(&text, i, figures->values[i]);
        enum role role = isnan(figures->values[i]) ? ROLE_OFF : ROLE_STRONG;
        table_put(canvas, table, (struct table_cell){y, i + 1, words, role});
    }
}

static void put_delta(
    struct canvas *canvas, const struct table *table, int y, const struct figures *now,
    const struct figures *then) {
    table_put(canvas, table, (struct table_cell){y, 0, "delta", ROLE_TEXT});
    for (unsigned i = 0; i < FIGURES; i++) {
        char words[WORDS_SIZE];
        struct text text = TEXT_IN(words);
        enum role role =
            add_delta(&text, i, (double)now->values[i], (double)then->values[i]);
        table_put(canvas, table, (struct table_cell){y, i + 1, words, role});
    }
}

static void add_against(struct panel_frame *frame, const struct load_status *load) {
    const struct load_comparison *comparison = &load->comparison;
    if (comparison->then_wall_ms == 0) return;
    char date[DATE_SIZE];
    struct text text = TEXT_IN(date);
    units_add_timestamp(&text, comparison->then_wall_ms);
    date[DATE_LENGTH] = '\0';
    if (comparison->revision[0]) {
        panel_add_note(frame, ROLE_DIM, "%s %s", date, comparison->revision);
    } else {
        panel_add_note(frame, ROLE_DIM, "%s", date);
    }
}

void load_panels_draw_comparison(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const struct table_column columns[FIGURES + 1] = {
        {"", 7, 1, 9, false},    {"RPS", 7, 1, 6, true}, {"p50", 7, 1, 4, true},
        {"p95", 7, 1, 8, true},  {"p99", 7, 1, 5, true}, {"ERR%", 7, 1, 7, true},
        {"KNEE", 7, 1, 3, true},
    };
    const struct load_status *load = &scene->state->load;
    struct panel_frame frame = scene_frame(scene, PANEL_LOAD_COMPARISON);
    frame.title = "compare with the last run of this scenario";
    add_against(&frame, load);
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct rect at = {inner.x + 1, inner.y, inner.width - 1, inner.height};
    enum { WIDTH_MOST = 90 };
    if (at.width > WIDTH_MOST) at.width = WIDTH_MOST;
    struct table table = table_begin(canvas, at, columns, FIGURES + 1);
    struct figures now = figures_of(&load->comparison.now);
    struct figures then = figures_of(&load->comparison.then);
    put_row(canvas, &table, 0, "now", &now);
    if (load->comparison.then_wall_ms == 0) {
        const char *words =
            load_text_has_run(scene) ? "no run of this scenario before" : "no run yet";
        struct rect row = {at.x, table.rect.y + 1, at.width, 1};
        if (table.rect.height > 1) {
            canvas_text(canvas, row.x, row.y, row.width, words, ROLE_OFF);
        }
        return;
    }
    put_row(canvas, &table, 1, "then", &then);
    put_delta(canvas, &table, 2, &now, &then);
}
