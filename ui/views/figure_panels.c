/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/units.h"
#include "ui/finding.h"
#include "ui/views/metric_rows.h"
#include "ui/views/panels.h"

#define ROWS(array) (array), sizeof(array) / sizeof *(array)

#define OVER_TIME   METRIC_COUNT

void panels_draw_saturation(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const struct metric_row rows[] = {
        {METRIC_IN_FLIGHT, NULL, OVER_TIME},
        {METRIC_QUEUE_WAITING, NULL, OVER_TIME},
        {METRIC_WORKERS_BUSY, "workers", METRIC_WORKERS},
        {METRIC_CPU, NULL, METRIC_CPU},
        {METRIC_MEMORY, NULL, OVER_TIME},
        {METRIC_QUEUE_AGE, NULL, OVER_TIME},
        {METRIC_FDS, NULL, METRIC_FDS_MAX},
        {METRIC_QUEUE_FLIGHT, NULL, OVER_TIME},
        {METRIC_QUEUE_DEAD, NULL, OVER_TIME},
    };
    struct panel_frame frame = scene_frame(scene, PANEL_SATURATION);
    struct figure busy = scene_figure(scene, TRACK_STABLE, METRIC_WORKERS_BUSY);
    struct figure all = scene_figure(scene, TRACK_STABLE, METRIC_WORKERS);
    if (!isnan(all.value)) {
        panel_add_note(
            &frame, figure_role(&all, ROLE_TITLE), "%s/%s workers busy", busy.words,
            all.words);
    }
    metric_rows_draw(canvas, panel_draw(canvas, rect, &frame), scene, ROWS(rows));
}

/* How the part of that kind fares: "● ok 0.4ms", or why there is none. */
static void add_part_note(
    struct panel_frame *frame, const struct scene *scene, enum part_kind kind) {
    const struct part *worst = NULL;
    for (uint32_t i = 0; i < scene->state->part_count; i++) {
        const struct part *part = &scene->state->parts[i];
        if (part->kind != kind) continue;
        if (!worst || finding_of_part(part) > finding_of_part(worst)) worst = part;
    }
    if (!worst) {
        panel_add_note(frame, ROLE_OFF, "n/a");
        return;
    }
    char words[FIGURE_SIZE] = "";
    struct text text = TEXT_IN(words);
    if (worst->status == PART_OK || worst->status == PART_DEGRADED) {
        figure_add_value(&text, METRIC_HEALTH, worst->latency_ms);
    } else if (worst->answered_ns != 0 && scene->view_ns > worst->answered_ns) {
        figure_add_age(&text, scene->view_ns - worst->answered_ns);
    }
    panel_add_note(
        frame, part_role(worst), "%s %s %s", part_mark(worst),
        part_status_name((enum part_status)worst->status), words);
}

void panels_draw_redis(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const struct metric_row rows[] = {
        {METRIC_REDIS_OPS, NULL, OVER_TIME},
        {METRIC_REDIS_PING, NULL, OVER_TIME},
        {METRIC_REDIS_MEMORY, NULL, OVER_TIME},
        {METRIC_REDIS_CLIENTS, NULL, OVER_TIME},
        {METRIC_REDIS_HITS, NULL, OVER_TIME},
        {METRIC_REDIS_EVICTED, NULL, OVER_TIME},
        {METRIC_REDIS_BLOCKED, NULL, OVER_TIME},
    };
    struct panel_frame frame = scene_frame(scene, PANEL_REDIS);
    add_part_note(&frame, scene, PART_REDIS);
    metric_rows_draw(canvas, panel_draw(canvas, rect, &frame), scene, ROWS(rows));
}

void panels_draw_agent(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const struct metric_row rows[] = {
        {METRIC_TOKENS, NULL, OVER_TIME},      {METRIC_UPSTREAM, NULL, OVER_TIME},
        {METRIC_RETRY_RATIO, NULL, OVER_TIME}, {METRIC_TOOL_ERRORS, NULL, OVER_TIME},
        {METRIC_COST, NULL, OVER_TIME},        {METRIC_THROTTLED, NULL, OVER_TIME},
        {METRIC_TTFT, NULL, OVER_TIME},        {METRIC_CACHE_HITS, NULL, OVER_TIME},
        {METRIC_BREAKER, NULL, OVER_TIME},
    };
    struct panel_frame frame = scene_frame(scene, PANEL_AGENT);
    struct figure open = scene_figure(scene, TRACK_STABLE, METRIC_BREAKER);
    if (!isnan(open.value)) {
        panel_add_note(
            &frame, open.value > 0 ? ROLE_BAD : ROLE_OK, "%s breaker %s",
            open.value > 0 ? "!" : "✔", open.words);
    }
    metric_rows_draw(canvas, panel_draw(canvas, rect, &frame), scene, ROWS(rows));
}

void panels_draw_red(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const struct metric_row rows[] = {
        {METRIC_RPS, NULL, OVER_TIME},
        {METRIC_ERROR_RATIO, NULL, OVER_TIME},
        {METRIC_P50, NULL, OVER_TIME},
        {METRIC_P95, NULL, OVER_TIME},
        {METRIC_P99, NULL, OVER_TIME},
        {METRIC_IN_FLIGHT, NULL, OVER_TIME},
        {METRIC_QUEUE_WAITING, NULL, OVER_TIME},
        {METRIC_TOKENS, NULL, OVER_TIME},
        {METRIC_CPU, NULL, OVER_TIME},
        {METRIC_REDIS_OPS, "redis/s", OVER_TIME},
        {METRIC_BREAKER, NULL, OVER_TIME},
        {METRIC_WORKERS_BUSY, NULL, OVER_TIME},
        {METRIC_UPSTREAM, NULL, OVER_TIME},
        {METRIC_MEMORY, NULL, OVER_TIME},
        {METRIC_COST, NULL, OVER_TIME},
        {METRIC_REDIS_PING, NULL, OVER_TIME},
    };
    struct panel_frame frame = scene_frame(scene, PANEL_TRAFFIC);
    frame.title = "RED";
    panel_add_note(&frame, ROLE_STABLE, "━ stable");
    if (scene_has_canary(scene)) panel_add_note(&frame, ROLE_CANARY, "━ canary");
    panel_add_note(&frame, ROLE_DIM, "last %s", panels_window_name(scene->window_ns));
    metric_rows_draw(canvas, panel_draw(canvas, rect, &frame), scene, ROWS(rows));
}
