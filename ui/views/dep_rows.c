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

/* How one figure stands in the row: "hit 98.4%". */
struct place {
    enum track track;
    enum metric metric;
    enum role role;
    int priority;
    const char *before, *after;
};

/* Nothing for what is not known. */
static void add_figure(
    struct segments *segments, const struct scene *scene, const struct place *place) {
    struct figure figure = scene_figure(scene, place->track, place->metric);
    if (isnan(figure.value)) return;
    struct segment *segment =
        segments_add(segments, figure_role(&figure, place->role), place->priority);
    struct text text = TEXT_IN(segment->words);
    text_addf(&text, "%s%s%s", place->before, figure.words, place->after);
    if (figure.age[0]) text_addf(&text, " %s old", figure.age);
}

static bool is_known(const struct scene *scene, enum metric metric) {
    return !isnan(scene_figure(scene, TRACK_STABLE, metric).value);
}

static bool add_redis(struct segments *segments, const struct scene *scene) {
    static const struct place places[] = {
        {TRACK_STABLE, METRIC_REDIS_PING, ROLE_STRONG, 6, "", ""},
        {TRACK_STABLE, METRIC_REDIS_OPS, ROLE_STRONG, 8, "", " op/s"},
        {TRACK_STABLE, METRIC_REDIS_HITS, ROLE_STRONG, 5, "hit ", ""},
    };
    const struct part *part = part_rows_worst(scene->state, PART_REDIS);
    if (!part || !is_known(scene, METRIC_REDIS_OPS)) return false;
    add_name(segments, part_mark(part), part_role(part), "redis");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        add_figure(segments, scene, &places[i]);
    }
    return true;
}

static bool add_model(struct segments *segments, const struct scene *scene) {
    static const struct place places[] = {
        {TRACK_STABLE, METRIC_UPSTREAM, ROLE_STABLE, 8, "", ""},
        {TRACK_CANARY, METRIC_UPSTREAM, ROLE_CANARY, 7, "", ""},
        {TRACK_STABLE, METRIC_RETRY_RATIO, ROLE_STRONG, 5, "retry ", ""},
    };
    struct figure open = scene_figure(scene, TRACK_STABLE, METRIC_BREAKER);
    if (!is_known(scene, METRIC_UPSTREAM)) return false;
    bool broken = open.value > 0; /* false for NaN */
    add_name(segments, broken ? "!" : "✔", broken ? ROLE_BAD : ROLE_OK, "model");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        add_figure(segments, scene, &places[i]);
    }
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
