/* SPDX-License-Identifier: MIT */
#include "ui/views/run_rows.h"

#include <string.h>

#include "base/units.h"
#include "core/metric_value.h"
#include "ui/table.h"
#include "ui/views/load_text.h"

enum { ROW_TEXT_SIZE = 160 };

enum column {
    COLUMN_MARK,
    COLUMN_KIND,
    COLUMN_RESULT,
    COLUMN_TIME,
    COLUMN_AGE,
    COLUMN_WORDS
};

bool run_rows_any_active(const struct state *state) {
    for (uint32_t back = 0; back < STATE_RUNS_MAX; back++) {
        const struct run *run = state_run(state, back);
        if (run && run->active) return true;
    }
    return false;
}

static bool is_shown(const struct scene *scene, const struct run *run) {
    if (!scene_filters(scene, PANEL_RUNS)) return true;
    char line[ROW_TEXT_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(&text, "%s %s", run_kind_name((enum run_kind)run->kind), run->title);
    const char *word =
        run->active ? "running" : verdict_name((enum verdict)run->verdict);
    text_addf(&text, " %s", word);
    return scene_row_shown(scene, PANEL_RUNS, line);
}

const struct run *run_rows_at(const struct scene *scene, uint32_t index) {
    for (uint32_t back = 0; back < STATE_RUNS_MAX; back++) {
        const struct run *run = state_run(scene->state, back);
        if (!run) return NULL;
        if (is_shown(scene, run) && index-- == 0) return run;
    }
    return NULL;
}

uint32_t run_rows_count(const struct scene *scene) {
    uint32_t count = 0;
    while (run_rows_at(scene, count)) count++;
    return count;
}

static const char *mark_of(const struct run *run) {
    if (run->active) return "●";
    switch ((enum verdict)run->verdict) {
    case VERDICT_PASS: return "✔";
    case VERDICT_FAIL:
    case VERDICT_ERROR: return "✘";
    case VERDICT_INCONCLUSIVE: return "~";
    case VERDICT_COUNT: break;
    }
    return "○";
}

static enum role role_of(const struct run *run) {
    if (run->active) return ROLE_STRONG;
    switch ((enum verdict)run->verdict) {
    case VERDICT_PASS: return ROLE_OK;
    case VERDICT_FAIL:
    case VERDICT_ERROR: return ROLE_BAD;
    case VERDICT_INCONCLUSIVE: return ROLE_WARN;
    case VERDICT_COUNT: break;
    }
    return ROLE_OFF;
}

/* What it comes to so far: "612/650 rps p95 1.21s". */
static void add_load(struct text *text, const struct load_status *load) {
    metric_add_value(text, METRIC_LOAD_DONE, load->rates.done_per_s);
    text_add_char(text, '/');
    metric_add_value(text, METRIC_LOAD_WANTED, load->rates.wanted_per_s);
    text_add(text, " rps p95 ");
    load_text_add_ms(text, load->latencies.response_ms[LOAD_P95]);
}

static bool is_load_of(const struct run *run, const struct state *state) {
    return run->kind == RUN_LOAD &&
           memcmp(run->id, state->load.run, sizeof run->id) == 0;
}

static void add_result(
    struct text *text, const struct scene *scene, const struct run *run) {
    if (run->active && is_load_of(run, scene->state)) {
        add_load(text, &scene->state->load);
    } else if (run->active) {
        text_addf(text, "running %u of %u", run->passed + run->failed, run->total);
    } else if (run->kind == RUN_LOAD) {
        const char *word = verdict_name((enum verdict)run->verdict);
        text_addf(text, "%s %s", word, run->words);
    } else {
        text_addf(
            text, "%s %u passed %u failed", verdict_name((enum verdict)run->verdict),
            run->passed, run->failed);
    }
}

static void draw_row(
    struct canvas *canvas, const struct table *table, int y, const struct scene *scene,
    const struct run *run) {
    char result[ROW_TEXT_SIZE];
    struct text text = TEXT_IN(result);
    add_result(&text, scene, run);
    uint64_t end_ns = run->active ? scene->view_ns : run->ended_ns;
    char time[FIGURE_SIZE];
    text = TEXT_IN(time);
    units_add_duration(&text, end_ns > run->started_ns ? end_ns - run->started_ns : 0);
    char age[FIGURE_SIZE] = "";
    text = TEXT_IN(age);
    if (!run->active) units_add_clock(&text, scene_wall_ms(scene, run->ended_ns));

    const struct table_cell cells[] = {
        {y, COLUMN_MARK, mark_of(run), role_of(run)},
        {y, COLUMN_KIND, run_kind_name((enum run_kind)run->kind), ROLE_STRONG},
        {y, COLUMN_RESULT, result, role_of(run)},
        {y, COLUMN_TIME, time, ROLE_TEXT},
        {y, COLUMN_AGE, age, ROLE_DIM},
        {y, COLUMN_WORDS, run->title, ROLE_DIM},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        table_put(canvas, table, cells[i]);
    }
}

void run_rows_draw(struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const struct table_column columns[] = {
        [COLUMN_MARK] = {"", 1, 0, 9, false},    [COLUMN_KIND] = {"", 8, 0, 8, false},
        [COLUMN_RESULT] = {"", 20, 2, 7, false}, [COLUMN_TIME] = {"", 6, 0, 5, true},
        [COLUMN_AGE] = {"", 8, 0, 6, false},     [COLUMN_WORDS] = {"", 10, 3, 4, false},
    };
    struct rect inner = {rect.x + 1, rect.y, rect.width - 1, rect.height};
    uint32_t count = run_rows_count(scene);
    if (count == 0) {
        canvas_print(
            canvas, inner, ROLE_OFF, "%s",
            scene->state->run_count ? "the filter lets nothing through"
                                    : "nothing was run yet");
        return;
    }
    struct table table =
        table_begin(canvas, inner, columns, sizeof columns / sizeof *columns);
    uint32_t selected = scene->selected[LIST_RUNS];
    uint32_t first = table_first_row(count, selected, table.rect.height);
    for (int y = 0; y < table.rect.height; y++) {
        const struct run *run = run_rows_at(scene, first + (uint32_t)y);
        if (!run) break;
        draw_row(canvas, &table, y, scene, run);
        if (scene->focus == PANEL_RUNS && first + (uint32_t)y == selected) {
            struct rect line = {rect.x, table.rect.y + y, rect.width, 1};
            canvas_mark(canvas, line, ROLE_SELECT);
        }
    }
}
