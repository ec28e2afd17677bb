/* SPDX-License-Identifier: MIT */
#include "ui/views/canary_tally.h"

#include "ui/views/canary_gauges.h"
#include "ui/views/canary_text.h"
#include "ui/views/segments.h"

enum { TRACKS = 2, METRICS_MIN = 4, GAP = 3 };

int canary_tally_rows(const struct scene *scene, int rows) {
    const struct rollout_status *rollout = &scene->state->rollout;
    const struct rollout_feed *feeds = rollout->feeds;
    if (!feeds[0].tally.known || !feeds[1].tally.known) return 0;
    int metrics = rollout->metric_count > 0 ? (int)rollout->metric_count : 1;
    if (rows >= metrics + TRACKS) return TRACKS;
    return rows > metrics || rows > METRICS_MIN ? 1 : 0;
}

static struct text add_words(
    struct segments *segments, const struct scene *scene, enum role role,
    int priority) {
    struct segment *segment =
        segments_add(segments, canary_text_role(scene, role), priority);
    segment->gap = segments->count == 1 ? 0 : GAP;
    return TEXT_IN(segment->words);
}

static void draw_row(
    struct canvas *canvas, struct rect row, const struct scene *scene,
    const struct rollout_tally *tally) {
    struct segments segments = {0};
    struct text text = add_words(&segments, scene, ROLE_STRONG, 3);
    canary_text_add_jobs(&text, tally->jobs_open, tally->oldest_job_ms);
    text = add_words(&segments, scene, ROLE_TEXT, 4);
    text_addf(
        &text, "left out: clients left %llu, limited %llu",
        (unsigned long long)tally->clients_left, (unsigned long long)tally->limited);
    text = add_words(&segments, scene, ROLE_TEXT, 1);
    text_addf(&text, "redispatched %llu", (unsigned long long)tally->redispatched);
    bool is_canary = tally == &scene->state->rollout.feeds[1].tally;
    if (is_canary) {
        bool any = tally->strayed > 0;
        text = add_words(&segments, scene, any ? ROLE_WARN : ROLE_TEXT, 2);
        text_addf(
            &text, "%sstrayed %llu", any ? "~" : "",
            (unsigned long long)tally->strayed);
    }
    canvas_text(
        canvas, row.x, row.y, CANARY_GAUGE_LABEL, is_canary ? "of canary" : "of stable",
        ROLE_TEXT);
    row.x += CANARY_GAUGE_LABEL;
    row.width -= CANARY_GAUGE_LABEL;
    segments_draw(canvas, row, &segments);
}

void canary_tally_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    const struct rollout_feed *feeds = scene->state->rollout.feeds;
    for (int i = 0; i < TRACKS && i < rect.height; i++) {
        struct rect row = {rect.x, rect.y + i, rect.width, 1};
        draw_row(canvas, row, scene, &feeds[TRACKS - 1 - i].tally);
    }
}
