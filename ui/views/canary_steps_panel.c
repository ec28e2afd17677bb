/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "ui/views/canary_panels.h"
#include "ui/views/canary_text.h"
#include "ui/views/canary_track.h"
#include "ui/views/segments.h"

/* The evidence at which the division of the traffic is called broken. */
#define SPLIT_LIMIT 1000.0F

enum {
    BAR_MIN = 8,
    MS_PER_S = 1000,
    MARK = 0x250A,
    GAP = 3,
    NARROW_GAP = 2,
    WIDE = 90
};

static struct text add_words(
    struct segments *segments, const struct scene *scene, enum role role,
    int priority) {
    struct segment *segment =
        segments_add(segments, canary_text_role(scene, role), priority);
    segment->gap = segments->count == 1 ? 0 : GAP;
    return TEXT_IN(segment->words);
}

static void add_weights(struct segments *segments, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    struct text text = add_words(segments, scene, ROLE_STRONG, 9);
    text_add(&text, "asked ");
    canary_text_add_weight(&text, rollout->wanted_bp);
    bool seen = !isnan(rollout->seen);
    text = add_words(segments, scene, seen ? ROLE_STRONG : ROLE_OFF, 8);
    text_add(&text, "seen ");
    if (seen) {
        figure_add_share(&text, rollout->seen);
    } else {
        text_add(&text, "nothing yet");
    }
}

/* A split is good only when it was looked at. */
static void add_split(struct segments *segments, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    float evidence = rollout->split_evidence;
    bool known = !isnan(evidence) && !isnan(rollout->seen);
    bool sure = canary_text_is_sure(scene);
    bool broken = evidence >= SPLIT_LIMIT || rollout->hold == ROLLOUT_HELD_SPLIT;
    enum role role = known && sure ? ROLE_OK : ROLE_OFF;
    if (broken) role = ROLE_BAD;
    struct text text = add_words(segments, scene, role, 7);
    if (!known && !broken) {
        text_add(&text, "split not known");
        return;
    }
    text_add(&text, broken ? "!split broken " : sure ? "split ok " : "split was ok ");
    canary_text_add_harm(&text, evidence, SPLIT_LIMIT);
}

static void add_lease(struct segments *segments, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    struct text text =
        add_words(segments, scene, rollout->guarded ? ROLE_TEXT : ROLE_WARN, 5);
    if (rollout->lease_ms > 0) {
        text_addf(&text, "lease %.1fs", (double)rollout->lease_ms / MS_PER_S);
    } else {
        text_add(&text, rollout->guarded ? "guarded" : "~no lease");
    }
}

static void add_data(struct segments *segments, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    bool old = canary_text_data_is_old(rollout);
    struct text text = add_words(segments, scene, old ? ROLE_WARN : ROLE_TEXT, 6);
    if (old) text_add_char(&text, '~');
    canary_text_add_data(&text, rollout);
}

/* What makes room first for the rest of the row. */
static void add_feeds(struct segments *segments, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    const struct rollout_feed *feeds = rollout->feeds;
    if (feeds[0].source == ROLLOUT_SOURCE_NONE) return;
    struct text text = add_words(segments, scene, ROLE_TEXT, 3);
    canary_text_add_ages(&text, rollout);
    if (feeds[1].restarts > 0) {
        text = add_words(segments, scene, ROLE_WARN, 4);
        text_addf(&text, "~canary restarted %ux", (unsigned)feeds[1].restarts);
    }
    if (rollout->jobs_open > 0) {
        text = add_words(segments, scene, ROLE_TEXT, 2);
        canary_text_add_jobs(&text, rollout->jobs_open, rollout->oldest_job_ms);
    }
}

static void draw_traffic(
    struct canvas *canvas, struct rect row, const struct scene *scene) {
    struct segments segments = {0};
    add_weights(&segments, scene);
    add_split(&segments, scene);
    add_lease(&segments, scene);
    add_data(&segments, scene);
    add_feeds(&segments, scene);
    for (uint32_t i = 1; i < segments.count && row.width < WIDE; i++) {
        segments.items[i].gap = NARROW_GAP;
    }
    segments_draw(canvas, row, &segments);
}

/* From the start of the step to its longest time, with its shortest one marked. */
static void draw_clock_bar(
    struct canvas *canvas, struct rect bar, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    if (bar.width < BAR_MIN || rollout->max_each_ms == 0) return;
    double whole = (double)rollout->max_each_ms;
    double share = (double)rollout->in_step_ms / whole;
    graph_draw_bar(canvas, bar, share, canary_text_role(scene, ROLE_CANARY));
    int mark = (int)((double)rollout->hold_each_ms / whole * bar.width);
    if (mark >= bar.width) mark = bar.width - 1;
    canvas_put(canvas, bar.x + mark, bar.y, MARK, ROLE_LIMIT);
}

/* Before the first step there is none, and what is over has none any more. */
static bool has_clock(const struct rollout_status *rollout) {
    return rollout->step > 0 && rollout_is_under_way(rollout) &&
           rollout->phase != ROLLOUT_ROLLING_BACK && rollout->phase != ROLLOUT_STRANDED;
}

static void draw_clock(
    struct canvas *canvas, struct rect row, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    struct segments segments = {0};
    if (!has_clock(rollout)) return;
    struct text text = add_words(&segments, scene, ROLE_STRONG, 9);
    text_add(&text, "in step ");
    canary_text_add_time(&text, rollout->in_step_ms);
    if (rollout->phase == ROLLOUT_HOLD) text_add(&text, ", held");
    text = add_words(&segments, scene, ROLE_TEXT, 7);
    text_add(&text, "min ");
    canary_text_add_time(&text, rollout->hold_each_ms);
    text = add_words(&segments, scene, ROLE_TEXT, 6);
    text_add(&text, "max ");
    canary_text_add_time(&text, rollout->max_each_ms);
    bool runs = rollout->phase == ROLLOUT_WATCHING && canary_text_is_sure(scene);
    if (rollout->left_ms > 0 && runs) {
        text = add_words(&segments, scene, ROLE_TEXT, 8);
        text_add(&text, "next in ");
        canary_text_add_time(&text, rollout->left_ms);
    }
    segments_draw(canvas, row, &segments);
    enum { WORDS_WIDTH = 58 };
    struct rect bar = row;
    bar.x += WORDS_WIDTH;
    bar.width -= WORDS_WIDTH;
    draw_clock_bar(canvas, bar, scene);
}

static void add_note(struct panel_frame *frame, enum role role, const char *words) {
    char note[PANEL_NOTE_SIZE];
    text_copy_cut(note, sizeof note, words); /* between characters */
    panel_add_note(frame, role, "%s", note);
}

static void add_notes(struct panel_frame *frame, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    char words[SEGMENT_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%s → %s", rollout->from[0] ? rollout->from : "?", rollout->to);
    add_note(frame, ROLE_CANARY, words);
    if (!rollout->holder[0]) return;
    text_reset(&text);
    unsigned long long epoch = rollout->epoch;
    text_addf(&text, "%s@%s epoch %llu", rollout->holder, rollout->host, epoch);
    add_note(frame, ROLE_DIM, words);
}

/* There is nothing of it but why. */
static void draw_refused(
    struct canvas *canvas, struct rect row, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    char words[2 * ROLLOUT_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, rollout->actor[0] ? "ended before it began" : "refused");
    if (rollout->actor[0]) text_addf(&text, " by %s", rollout->actor);
    if (rollout->reason[0]) text_addf(&text, ": %s", rollout->reason);
    canvas_text(canvas, row.x, row.y, row.width, words, ROLE_WARN);
}

static bool has_track(const struct scene *scene) {
    return rollout_shown(scene) != ROLLOUT_NONE ||
           rollout_was_refused(&scene->state->rollout);
}

void canary_panels_draw_steps(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    typedef void (*draw_fn)(struct canvas *, struct rect, const struct scene *);
    static const draw_fn draws[] = {canary_track_draw, draw_traffic, draw_clock};
    static const draw_fn refused[] = {canary_track_draw, draw_refused};
    enum { DRAWS = sizeof draws / sizeof *draws, REFUSED = 2 };
    bool any = has_track(scene);
    bool ended_early = rollout_was_refused(&scene->state->rollout);
    const draw_fn *rows = ended_early ? refused : draws;
    int count = ended_early ? REFUSED : DRAWS;
    struct panel_frame frame = scene_frame(scene, PANEL_CANARY_STEPS);
    frame.title = "steps";
    if (any) add_notes(&frame, scene);
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct rect row = {inner.x + 1, inner.y, inner.width - 2, 1};
    if (!any && inner.height > 0) {
        canvas_text(canvas, row.x, row.y, row.width, "none under way", ROLE_OFF);
        return;
    }
    for (int i = 0; i < count && i < inner.height; i++, row.y++) {
        rows[i](canvas, row, scene);
    }
}
