/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/utf8.h"
#include "ui/views/canary_gauges.h"
#include "ui/views/canary_text.h"
#include "ui/views/canary_view.h"
#include "ui/views/segments.h"

enum { GAP = 3 };

static const char *mark_of(const struct rollout_status *rollout) {
    switch ((enum rollout_phase)rollout->phase) {
    case ROLLOUT_HOLD: return "~";
    case ROLLOUT_DONE: return "✔";
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_STRANDED: return "!";
    case ROLLOUT_ROLLED_BACK: return "✘";
    case ROLLOUT_IDLE: return "○";
    case ROLLOUT_PREFLIGHT:
    case ROLLOUT_DEPLOYING:
    case ROLLOUT_SMOKE:
    case ROLLOUT_RAISING:
    case ROLLOUT_WATCHING:
    case ROLLOUT_FINALIZING:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return "●";
}

static void add_phase(struct segments *segments, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    enum role role = canary_text_role(scene, rollout_phase_role(rollout));
    struct segment *phase = segments_add(segments, role, 12);
    struct text text = TEXT_IN(phase->words);
    bool live = rollout_shown(scene) == ROLLOUT_LIVE;
    text_addf(&text, "%s ", live ? mark_of(rollout) : "?");
    rollout_add_phase(&text, rollout);
}

/* What is shown is no more than what was said last. */
static void add_shown(struct segments *segments, const struct scene *scene) {
    enum rollout_shown shown = rollout_shown(scene);
    if (shown == ROLLOUT_LIVE) return;
    bool left = shown == ROLLOUT_LEFT;
    struct segment *segment = segments_add(segments, left ? ROLE_TEXT : ROLE_BAD, 13);
    segment->gap = GAP;
    struct text text = TEXT_IN(segment->words);
    if (shown == ROLLOUT_SILENT) text_add(&text, "!controller silent, said ");
    if (shown == ROLLOUT_LOST) text_add(&text, "!no controller any more, said ");
    if (left) text_add(&text, "over, said ");
    figure_add_ago(&text, rollout_shown_age_ns(scene));
}

/* What was seen gives way to the words that say why. */
static void add_weights(
    struct segments *segments, const struct scene *scene, bool short_of_room) {
    const struct rollout_status *rollout = &scene->state->rollout;
    struct segment *segment =
        segments_add(segments, canary_text_role(scene, ROLE_STRONG), 10);
    segment->gap = GAP;
    struct text text = TEXT_IN(segment->words);
    canary_text_add_weight(&text, rollout->wanted_bp);
    text_add(&text, " asked");
    if (isnan(rollout->seen) || short_of_room) return;
    text_add(&text, ", ");
    figure_add_share(&text, rollout->seen);
    text_add(&text, " seen");
}

static void add_evidence(struct segments *segments, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    if (isnan(rollout->harm)) return;
    enum role role = canary_gauge_role(scene, rollout->harm, rollout->harm_limit);
    struct segment *segment = segments_add(segments, role, 8);
    segment->gap = GAP;
    struct text text = TEXT_IN(segment->words);
    text_add(&text, "harm ");
    canary_text_add_harm(&text, rollout->harm, rollout->harm_limit);
}

static int width_of(const struct segments *segments) {
    int width = 0;
    for (uint32_t i = 0; i < segments->count; i++) {
        const struct segment *segment = &segments->items[i];
        width += segment->gap + (int)utf8_string_width(segment->words);
    }
    return width;
}

/* Takes what the others leave. */
static void draw_reason(
    struct canvas *canvas, struct rect rest, const struct scene *scene) {
    enum { WORTH_IT = 12 };
    const struct rollout_status *rollout = &scene->state->rollout;
    const char *reason = rollout_reason(rollout);
    if (!reason[0]) reason = rollout->why_not_now;
    rest.x += GAP;
    rest.width -= GAP;
    if (rest.width < WORTH_IT) return;
    enum role role = canary_text_role(scene, ROLE_TEXT);
    canvas_text(canvas, rest.x, rest.y, rest.width, reason, role);
}

void canary_view_draw_line(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct segments segments = {0};
    if (rollout_shown(scene) == ROLLOUT_NONE) {
        struct segment *none = segments_add(&segments, ROLE_OFF, 1);
        text_copy_cut(none->words, SEGMENT_SIZE, "○ NO ROLLOUT   none is under way");
        segments_draw(canvas, rect, &segments);
        return;
    }
    bool says_why = rollout_reason(&scene->state->rollout)[0] != '\0';
    add_phase(&segments, scene);
    add_shown(&segments, scene);
    add_weights(&segments, scene, says_why);
    if (!says_why) add_evidence(&segments, scene);
    segments_draw(canvas, rect, &segments);
    int used = width_of(&segments);
    struct rect rest = {rect.x + used, rect.y, rect.width - used, 1};
    draw_reason(canvas, rest, scene);
}
