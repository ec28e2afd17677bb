/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "base/units.h"
#include "ui/layout.h"
#include "ui/views/error_rows.h"
#include "ui/views/panels.h"
#include "ui/views/screen_views.h"

enum { LABEL_WIDTH = 11, LINE_SIZE = 96, BESIDE_FROM_WIDTH = 120, DETAIL_ROWS = 10 };

static void draw_field(
    struct canvas *canvas, struct rect *at, const char *label, const char *words,
    enum role role) {
    if (at->height <= 0 || !words[0]) return;
    canvas_text(canvas, at->x, at->y, LABEL_WIDTH, label, ROLE_DIM);
    struct rect rest = *at;
    rest.x += LABEL_WIDTH;
    rest.width -= LABEL_WIDTH;
    int used = canvas_wrap(canvas, rest, words, role);
    if (used < 1) used = 1;
    at->y += used;
    at->height -= used;
}

static void draw_detail(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    const struct error_row *row) {
    struct panel_frame frame = {.title = "error", .focus = true};
    panel_add_note(&frame, ROLE_DIM, "Esc back");
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct rect at = {inner.x + 1, inner.y, inner.width - 2, inner.height};
    if (!row) {
        canvas_print(canvas, at, ROLE_OFF, "this error is no longer listed");
        return;
    }
    bool canary = row->track == TRACK_CANARY;
    draw_field(canvas, &at, "kind", row->kind, ROLE_STRONG);
    draw_field(canvas, &at, "request id", row->request_id, ROLE_KEY);
    draw_field(canvas, &at, "sample", row->message, ROLE_TEXT);
    draw_field(canvas, &at, "route", row->route, ROLE_TEXT);
    draw_field(
        canvas, &at, "version", row->version, canary ? ROLE_CANARY : ROLE_STABLE);
    draw_field(canvas, &at, "track", canary ? "canary" : "stable", ROLE_TEXT);
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(&text, "%llu", (unsigned long long)row->count);
    draw_field(canvas, &at, "count", line, ROLE_STRONG);
    text_reset(&text);
    units_add_clock(&text, row->last_seen_ms);
    text_add(&text, "Z, ");
    int64_t age_ms = scene_wall_ms(scene, scene->view_ns) - row->last_seen_ms;
    figure_add_age(&text, age_ms > 0 ? (uint64_t)age_ms * NS_PER_MS : 0);
    draw_field(canvas, &at, "last seen", line, ROLE_TEXT);
}

void errors_view_draw(
    struct canvas *canvas, struct rect body, const struct scene *scene) {
    if (!scene->opened) {
        panels_draw_errors(canvas, body, scene);
        return;
    }
    bool beside = body.width >= BESIDE_FROM_WIDTH;
    struct layout_item items[2] = {
        {.least = beside ? 40 : 4, .weight = 2, .priority = 1},
        {.least = beside ? 40 : DETAIL_ROWS, .weight = beside ? 1 : 0, .priority = 2},
    };
    layout_share(items, 2, beside ? body.width : body.height);
    struct rect list =
        beside ? layout_column(body, items, 0) : layout_row(body, items, 0);
    struct rect detail =
        beside ? layout_column(body, items, 1) : layout_row(body, items, 1);
    if (detail.height == 0 || detail.width == 0) detail = body;
    panels_draw_errors(canvas, list, scene);
    uint32_t selected = scene->selected[LIST_ERRORS];
    draw_detail(canvas, detail, scene, error_rows_at(scene, selected));
}
