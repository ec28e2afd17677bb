/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "base/units.h"
#include "ui/layout.h"
#include "ui/table.h"
#include "ui/views/check_rows.h"
#include "ui/views/panels.h"
#include "ui/views/screen_views.h"

enum { RUNS_ROWS = 6, CHECKS_EXTRA_ROWS = 6 };

/* The last smoke run, or NULL. */
static const struct run *last_smoke(const struct state *state) {
    for (uint32_t back = 0; back < STATE_RUNS_MAX; back++) {
        const struct run *run = state_run(state, back);
        if (!run) return NULL;
        if (run->kind == RUN_SMOKE) return run;
    }
    return NULL;
}

static enum role verdict_role(enum verdict verdict) {
    if (verdict == VERDICT_PASS) return ROLE_OK;
    return verdict == VERDICT_INCONCLUSIVE ? ROLE_WARN : ROLE_BAD;
}

static void add_notes(
    struct panel_frame *frame, const struct scene *scene, const struct run *run) {
    if (!run) return;
    if (run->active) {
        panel_add_note(frame, ROLE_STRONG, "● running");
    } else {
        enum verdict verdict = (enum verdict)run->verdict;
        panel_add_note(frame, verdict_role(verdict), "%s", verdict_name(verdict));
    }
    panel_add_note(frame, ROLE_TITLE, "%u passed %u failed", run->passed, run->failed);
    uint64_t end_ns = run->active ? scene->view_ns : run->ended_ns;
    char time[FIGURE_SIZE];
    struct text text = TEXT_IN(time);
    units_add_duration(&text, end_ns > run->started_ns ? end_ns - run->started_ns : 0);
    panel_add_note(frame, ROLE_DIM, "%s", time);
}

void checks_view_draw(
    struct canvas *canvas, struct rect body, const struct scene *scene) {
    struct layout_item items[2] = {
        {.least = 5, .weight = 3, .priority = 2},
        {.least = RUNS_ROWS, .weight = 1, .priority = 1},
    };
    items[0].most = (int)check_rows_count(scene) + CHECKS_EXTRA_ROWS;
    layout_share(items, 2, body.height);
    struct panel_frame frame = scene_frame(scene, PANEL_CHECKS);
    frame.title = "smoke";
    add_notes(&frame, scene, last_smoke(scene->state));
    struct rect inner = panel_draw(canvas, layout_row(body, items, 0), &frame);
    check_rows_draw(canvas, inner, scene);
    if (items[1].size > 0) {
        panels_draw_runs(canvas, layout_row(body, items, 1), scene);
    }
}
