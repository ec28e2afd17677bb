/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/units.h"
#include "core/metric_value.h"
#include "ui/finding.h"
#include "ui/views/metric_rows.h"
#include "ui/views/panels.h"
#include "ui/views/part_rows.h"

#define ROWS(array) (array), sizeof(array) / sizeof *(array)

#define OVER_TIME   METRIC_COUNT

void panels_draw_saturation(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const struct metric_row rows[] = {
        {METRIC_IN_FLIGHT, OVER_TIME, NULL},
        {METRIC_QUEUE_WAITING, OVER_TIME, NULL},
        {METRIC_WORKERS_BUSY, METRIC_WORKERS, "workers"},
        {METRIC_CPU, METRIC_CPU, NULL},
        {METRIC_MEMORY, OVER_TIME, NULL},
        {METRIC_QUEUE_AGE, OVER_TIME, NULL},
        {METRIC_FDS, METRIC_FDS_MAX, NULL},
        {METRIC_QUEUE_FLIGHT, OVER_TIME, NULL},
        {METRIC_QUEUE_DEAD, OVER_TIME, NULL},
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
    const struct part *worst = part_rows_worst(scene->state, kind);
    if (!worst) {
        panel_add_note(frame, ROLE_OFF, "n/a");
        return;
    }
    char words[FIGURE_SIZE] = "";
    struct text text = TEXT_IN(words);
    if (worst->status == PART_OK || worst->status == PART_DEGRADED) {
        metric_add_value(&text, METRIC_HEALTH, worst->latency_ms);
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
        {METRIC_REDIS_OPS, OVER_TIME, NULL},
        {METRIC_REDIS_PING, OVER_TIME, NULL},
        {METRIC_REDIS_MEMORY, OVER_TIME, NULL},
        {METRIC_REDIS_CLIENTS, OVER_TIME, NULL},
        {METRIC_REDIS_HITS, OVER_TIME, NULL},
        {METRIC_REDIS_EVICTED, OVER_TIME, NULL},
        {METRIC_REDIS_BLOCKED, OVER_TIME, NULL},
    };
    struct panel_frame frame = scene_frame(scene, PANEL_REDIS);
    add_part_note(&frame, scene, PART_REDIS);
    metric_rows_draw(canvas, panel_draw(canvas, rect, &frame), scene, ROWS(rows));
}

void panels_draw_agent(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const struct metric_row rows[] = {
        {METRIC_TOKENS, OVER_TIME, NULL},      {METRIC_UPSTREAM, OVER_TIME, NULL},
        {METRIC_RETRY_RATIO, OVER_TIME, NULL}, {METRIC_TOOL_ERRORS, OVER_TIME, NULL},
        {METRIC_COST, OVER_TIME, NULL},        {METRIC_THROTTLED, OVER_TIME, NULL},
        {METRIC_TTFT, OVER_TIME, NULL},        {METRIC_CACHE_HITS, OVER_TIME, NULL},
        {METRIC_BREAKER, OVER_TIME, NULL},
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
        {METRIC_RPS, OVER_TIME, NULL},
        {METRIC_ERROR_RATIO, OVER_TIME, NULL},
        {METRIC_P50, OVER_TIME, NULL},
        {METRIC_P95, OVER_TIME, NULL},
        {METRIC_P99, OVER_TIME, NULL},
        {METRIC_IN_FLIGHT, OVER_TIME, NULL},
        {METRIC_QUEUE_WAITING, OVER_TIME, NULL},
        {METRIC_TOKENS, OVER_TIME, NULL},
        {METRIC_REDIS_OPS, OVER_TIME, "redis/s"},
        {METRIC_CPU, OVER_TIME, NULL},
        {METRIC_BREAKER, OVER_TIME, NULL},
        {METRIC_WORKERS_BUSY, OVER_TIME, NULL},
        {METRIC_UPSTREAM, OVER_TIME, NULL},
        {METRIC_MEMORY, OVER_TIME, NULL},
        {METRIC_COST, OVER_TIME, NULL},
        {METRIC_REDIS_PING, OVER_TIME, NULL},
    };
    struct panel_frame frame = scene_frame(scene, PANEL_TRAFFIC);
    frame.title = "RED";
    panel_add_note(&frame, ROLE_STABLE, "━ stable");
    if (scene_has_canary(scene)) panel_add_note(&frame, ROLE_CANARY, "━ canary");
    metric_rows_draw(canvas, panel_draw(canvas, rect, &frame), scene, ROWS(rows));
}
