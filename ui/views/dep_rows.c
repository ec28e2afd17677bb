/* SPDX-License-Identifier: MIT */
#include "ui/views/dep_rows.h"

#include <math.h>

#include "base/units.h"
#include "ui/finding.h"
#include "ui/views/part_rows.h"
#include "ui/views/segments.h"

static void add_words(
    struct segments *segments, enum role role, int priority, const char *words) {
    struct segment *segment = segments_add(segments, role, priority);
    text_copy_cut(segment->words, SEGMENT_SIZE, words);
}

static void add_name(
    struct segments *segments, const char *mark, enum role role, const char *name) {
    add_words(segments, role, 9, mark);
    add_words(segments, ROLE_TEXT, 9, name);
}

/* "hit 98.4%"; nothing for what is not known. */
static void add_figure(
    struct segments *segments, const struct figure *figure, enum role role,
    int priority, const char *before, const char *after) {
    if (isnan(figure->value)) return;
    struct segment *segment =
        segments_add(segments, figure_role(figure, role), priority);
    struct text text = TEXT_IN(segment->words);
    text_addf(&text, "%s%s%s", before, figure->words, after);
    if (figure->age[0]) text_addf(&text, " %s old", figure->age);
}

static struct figure of_target(const struct scene *scene, enum metric metric) {
    return scene_figure(scene, TRACK_STABLE, metric);
}

static bool add_redis(struct segments *segments, const struct scene *scene) {
    const struct part *part = part_rows_worst(scene->state, PART_REDIS);
    struct figure ping = of_target(scene, METRIC_REDIS_PING);
    struct figure ops = of_target(scene, METRIC_REDIS_OPS);
    struct figure hits = of_target(scene, METRIC_REDIS_HITS);
    if (!part || isnan(ops.value)) return false;
    add_name(segments, part_mark(part), part_role(part), "redis");
    add_figure(segments, &ping, ROLE_STRONG, 6, "", "");
    add_figure(segments, &ops, ROLE_STRONG, 8, "", " op/s");
    add_figure(segments, &hits, ROLE_STRONG, 5, "hit ", "");
    return true;
}

static bool add_model(struct segments *segments, const struct scene *scene) {
    struct figure stable = scene_figure(scene, TRACK_STABLE, METRIC_UPSTREAM);
    struct figure canary = scene_figure(scene, TRACK_CANARY, METRIC_UPSTREAM);
    struct figure open = scene_figure(scene, TRACK_STABLE, METRIC_BREAKER);
    struct figure retries = scene_figure(scene, TRACK_STABLE, METRIC_RETRY_RATIO);
    if (isnan(stable.value)) return false;
    bool broken = open.value > 0; /* false for NaN */
    add_name(segments, broken ? "!" : "✔", broken ? ROLE_BAD : ROLE_OK, "model");
    add_figure(segments, &stable, ROLE_STABLE, 8, "", "");
    if (scene_has_canary(scene)) {
        add_figure(segments, &canary, ROLE_CANARY, 7, "", "");
    }
    add_figure(segments, &retries, ROLE_STRONG, 5, "retry ", "");
    return true;
}

int dep_rows_draw(struct canvas *canvas, struct rect rect, const struct scene *scene) {
    bool (*const adders[])(struct segments *, const struct scene *) = {
        add_redis, add_model};
    int rows = 0;
    for (size_t i = 0; i < sizeof adders / sizeof *adders && rows < rect.height; i++) {
        struct segments segments = {0};
        if (!adders[i](&segments, scene)) continue;
        struct rect row = {rect.x, rect.y + rows, rect.width - 1, 1};
        segments_draw(canvas, row, &segments);
        rows++;
    }
    return rows;
}
