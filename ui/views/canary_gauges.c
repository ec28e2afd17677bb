/* SPDX-License-Identifier: MIT */
#include "ui/views/canary_gauges.h"

#include <math.h>

#include "ui/views/canary_text.h"

enum { WORDS_WIDTH = 26, WORDS_SIZE = 64, BAR_MIN = 6, END = 0x250A };

/* From here on the next failure may be enough. */
#define NEAR_SHARE 0.5

enum role canary_gauge_role(const struct scene *scene, float harm, float limit) {
    if (isnan(harm) || isnan(limit)) return ROLE_OFF;
    double share = canary_text_share(harm, limit);
    enum role role = share >= NEAR_SHARE ? ROLE_WARN : ROLE_STRONG;
    if (share >= 1) role = ROLE_BAD;
    return canary_text_role(scene, role);
}

static void draw_bar(
    struct canvas *canvas, struct rect rect, double share, enum role role) {
    if (rect.width < BAR_MIN) return;
    rect.width--;
    graph_draw_bar(canvas, rect, share, role);
    canvas_put(canvas, rect.x + rect.width, rect.y, END, ROLE_LIMIT);
}

void canary_gauge_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene, float harm) {
    float limit = scene->state->rollout.harm_limit;
    enum role role = canary_gauge_role(scene, harm, limit);
    if (role == ROLE_STRONG) role = ROLE_CANARY;
    draw_bar(canvas, rect, canary_text_share(harm, limit), role);
}

/* A label, its words and the room behind them. */
static struct rect draw_row(
    struct canvas *canvas, struct rect row, const char *label, const char *words,
    enum role role) {
    canvas_text(canvas, row.x, row.y, CANARY_GAUGE_LABEL, label, ROLE_TEXT);
    row.x += CANARY_GAUGE_LABEL;
    row.width -= CANARY_GAUGE_LABEL;
    int used = canvas_text(canvas, row.x, row.y, row.width, words, role);
    used = used < WORDS_WIDTH ? WORDS_WIDTH : used + 1;
    row.x += used;
    row.width -= used;
    return row;
}

static void draw_harm(
    struct canvas *canvas, struct rect row, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    canary_text_add_harm(&text, rollout->harm, rollout->harm_limit);
    enum role role = canary_gauge_role(scene, rollout->harm, rollout->harm_limit);
    struct rect bar = draw_row(canvas, row, "all together", words, role);
    canary_gauge_draw(canvas, bar, scene, rollout->harm);
}

static void add_bound(struct text *text, float bound, float limit) {
    bool within = bound <= limit;
    if (isnan(limit)) {
        text_add(text, "no step is next");
    } else if (isnan(bound)) {
        text_add(text, "nothing is excluded yet");
    } else {
        canary_text_add_points(text, bound);
        text_add(text, within ? " <= " : " > ");
        canary_text_add_points(text, limit);
        text_add(text, within ? "  met" : "  not yet");
    }
}

/* Full when the worst that is possible is within what the next step may cost. */
static void draw_bound(
    struct canvas *canvas, struct rect row, const struct scene *scene) {
    float bound = scene->state->rollout.bound;
    float limit = scene->state->rollout.bound_limit;
    bool known = !isnan(bound) && !isnan(limit);
    bool within = known && bound <= limit;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    add_bound(&text, bound, limit);
    enum role role = within ? ROLE_OK : ROLE_STRONG;
    if (!canary_text_is_sure(scene)) role = ROLE_STALE;
    if (!known) role = ROLE_OFF;
    struct rect bar = draw_row(canvas, row, "safety bound", words, role);
    double share = known && !within ? (double)(limit / bound) : within;
    draw_bar(canvas, bar, share, within ? role : canary_text_role(scene, ROLE_STABLE));
}

static void draw_units(
    struct canvas *canvas, struct rect row, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    double units = (double)canary_text_units(rollout);
    double all = units + (double)rollout->canary_missing;
    bool known = rollout->canary_missing > 0;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    canary_text_add_need(&text, rollout);
    enum role role = canary_text_role(scene, known ? ROLE_STRONG : ROLE_OFF);
    struct rect bar = draw_row(canvas, row, "canary units", words, role);
    draw_bar(
        canvas, bar, known ? units / all : 0, canary_text_role(scene, ROLE_STABLE));
}

void canary_gauges_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    typedef void (*draw_fn)(struct canvas *, struct rect, const struct scene *);
    static const draw_fn draws[CANARY_GAUGES] = {draw_harm, draw_bound, draw_units};
    for (int i = 0; i < CANARY_GAUGES && i < rect.height; i++) {
        draws[i](canvas, (struct rect){rect.x, rect.y + i, rect.width, 1}, scene);
    }
}
