/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "core/metric_value.h"
#include "ui/views/load_panels.h"
#include "ui/views/load_rows.h"
#include "ui/views/load_text.h"

enum { WORDS_SIZE = 64 };

/* The role of the worse of two figures: what is missing or old is seen to be. */
static enum role role_of(const struct figure *a, const struct figure *b) {
    enum role role = figure_role(a, ROLE_STRONG);
    return role == ROLE_STRONG ? figure_role(b, ROLE_STRONG) : role;
}

static void put_in_flight(struct load_rows *rows, const struct scene *scene) {
    struct figure stable = scene_figure(scene, TRACK_STABLE, METRIC_IN_FLIGHT);
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, stable.words);
    if (scene_has_canary(scene)) {
        struct figure canary = scene_figure(scene, TRACK_CANARY, METRIC_IN_FLIGHT);
        text_addf(&text, " + %s canary", canary.words);
    }
    load_rows_put(rows, "in-flight", figure_role(&stable, ROLE_STRONG), words);
}

static void put_queue(struct load_rows *rows, const struct scene *scene) {
    struct figure queue = scene_figure(scene, TRACK_STABLE, METRIC_QUEUE_WAITING);
    enum role role = figure_role(&queue, ROLE_STRONG);
    struct rect room = load_rows_put(rows, "queue", role, queue.words);
    struct graph graph = scene_graph(scene, TRACK_STABLE, METRIC_QUEUE_WAITING);
    graph_draw_spark(rows->canvas, room, &graph, ROLE_STABLE);
}

static void put_redis(struct load_rows *rows, const struct scene *scene) {
    struct figure ops = scene_figure(scene, TRACK_STABLE, METRIC_REDIS_OPS);
    struct figure ping = scene_figure(scene, TRACK_STABLE, METRIC_REDIS_PING);
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%s op/s  %s", ops.words, ping.words);
    load_rows_put(rows, "redis", role_of(&ops, &ping), words);
}

/* All of them busy while jobs wait. */
static bool is_saturated(const struct scene *scene) {
    struct figure busy = scene_figure(scene, TRACK_STABLE, METRIC_WORKERS_BUSY);
    struct figure all = scene_figure(scene, TRACK_STABLE, METRIC_WORKERS);
    struct figure queue = scene_figure(scene, TRACK_STABLE, METRIC_QUEUE_WAITING);
    return all.value > 0 && busy.value >= all.value && queue.value > 0;
}

static void put_workers(struct load_rows *rows, const struct scene *scene) {
    struct figure busy = scene_figure(scene, TRACK_STABLE, METRIC_WORKERS_BUSY);
    struct figure all = scene_figure(scene, TRACK_STABLE, METRIC_WORKERS);
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%s/%s busy", busy.words, all.words);
    struct rect room = load_rows_put(rows, "workers", role_of(&busy, &all), words);
    if (!is_saturated(scene)) return;
    canvas_text(rows->canvas, room.x, room.y, room.width, "!saturated", ROLE_WARN);
}

static void put_process(struct load_rows *rows, const struct scene *scene) {
    struct figure cpu = scene_figure(scene, TRACK_STABLE, METRIC_CPU);
    struct figure memory = scene_figure(scene, TRACK_STABLE, METRIC_MEMORY);
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%s   mem %s", cpu.words, memory.words);
    load_rows_put(rows, "cpu", role_of(&cpu, &memory), words);
}

static void put_breaker(struct load_rows *rows, const struct scene *scene) {
    struct figure open = scene_figure(scene, TRACK_STABLE, METRIC_BREAKER);
    if (isnan(open.value)) {
        load_rows_put(rows, "breaker", ROLE_OFF, open.words);
        return;
    }
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%s %s", open.value > 0 ? "!" : "●", open.words);
    enum role role = open.value > 0 ? ROLE_BAD : ROLE_OK;
    load_rows_put(rows, "breaker", figure_role(&open, role), words);
}

/* Up to which rate the gates hold, once somebody has found that out. */
static void put_scale(struct load_rows *rows, const struct scene *scene) {
    float knee = scene->state->load.comparison.now.knee_per_s;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    if (isnan(knee)) {
        text_add(&text, "n/a");
    } else {
        text_add(&text, "holds to ");
        metric_add_value(&text, METRIC_LOAD_DONE, knee);
        text_add(&text, " rps (knee)");
    }
    load_rows_put(rows, "scale", isnan(knee) ? ROLE_OFF : ROLE_STRONG, words);
}

void load_panels_draw_target(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct panel_frame frame = scene_frame(scene, PANEL_LOAD_TARGET);
    frame.title = "target";
    struct load_rows rows = load_rows_in(canvas, panel_draw(canvas, rect, &frame));
    put_in_flight(&rows, scene);
    put_queue(&rows, scene);
    put_redis(&rows, scene);
    put_workers(&rows, scene);
    put_process(&rows, scene);
    put_breaker(&rows, scene);
    put_scale(&rows, scene);
}
