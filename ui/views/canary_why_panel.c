/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/units.h"
#include "ui/views/canary_panels.h"
#include "ui/views/canary_text.h"
#include "ui/wrap.h"

enum {
    LABEL_WIDTH = 9,
    WORDS_SIZE = 256,
    TIMESTAMP_SIZE = 32,
    DATE_LENGTH = 10,
    FAILING_MAX = 2, /* rows of what fails most */
    KEPT_ROWS = 3,   /* whose it is, its guard, what was before */
};

/* The rows that are left. */
struct page {
    struct canvas *canvas; /* borrowed */
    struct rect rect;
};

/* What is too long goes on in the next row. */
static void put(
    struct page *page, const char *label, enum role role, const char *words) {
    if (!words[0] || page->rect.height <= 0) return;
    struct rect *at = &page->rect;
    struct scan scan = scan_of(slice_of(words));
    int width = at->width - LABEL_WIDTH;
    canvas_text(page->canvas, at->x, at->y, LABEL_WIDTH - 1, label, ROLE_DIM);
    while (!scan_done(&scan) && at->height > 0 && width > 0) {
        char row[WORDS_SIZE];
        struct text text = TEXT_IN(row);
        text_add_slice(&text, wrap_next(&scan, width));
        canvas_text(page->canvas, at->x + LABEL_WIDTH, at->y, width, row, role);
        at->y++;
        at->height--;
    }
}

/* What is too long is cut. */
static void put_row(
    struct page *page, const char *label, enum role role, const char *words) {
    struct rect *at = &page->rect;
    if (at->height <= 0) return;
    canvas_text(page->canvas, at->x, at->y, LABEL_WIDTH - 1, label, ROLE_DIM);
    int width = at->width - LABEL_WIDTH;
    canvas_text(page->canvas, at->x + LABEL_WIDTH, at->y, width, words, role);
    at->y++;
    at->height--;
}

/* First of all whether what is shown still holds. */
static void put_shown(struct page *page, const struct scene *scene) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    enum rollout_shown shown = rollout_shown(scene);
    if (shown == ROLLOUT_LIVE) return;
    if (shown == ROLLOUT_LEFT) {
        text_add(&text, "the rollout has ended, and its controller with it");
        put(page, "over", ROLE_TEXT, words);
        return;
    }
    const char *verb = shown == ROLLOUT_LOST ? "went away" : "has said nothing";
    text_addf(&text, "its controller %s: this is what it said ", verb);
    figure_add_ago(&text, rollout_shown_age_ns(scene));
    put(page, "!old", ROLE_BAD, words);
}

static void put_now(struct page *page, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    rollout_add_phase(&text, rollout);
    const char *reason = rollout_reason(rollout);
    if (reason[0]) text_addf(&text, ": %s", reason);
    enum role role = canary_text_role(scene, rollout_phase_role(rollout));
    put(page, "now", role, words);
    if (rollout->phase != ROLLOUT_STRANDED) return;
    put(page, "!look", ROLE_BAD,
        "a person has to: where the traffic goes is not known for sure");
}

/* Of the version that is tried, the row with the most below `limit`; NULL for none. */
static const struct error_row *find_failing(
    const struct state *state, const struct error_row *limit) {
    const struct error_row *most = NULL;
    for (uint32_t i = 0; i < state->error_count; i++) {
        const struct error_row *row = &state->errors[i];
        bool is_tried =
            row->track == TRACK_CANARY && strcmp(row->version, state->rollout.to) == 0;
        bool is_below = !limit || row->count < limit->count ||
                        (row->count == limit->count && row > limit);
        if (!is_tried || !is_below || row->count == 0) continue;
        if (!most || row->count > most->count) most = row;
    }
    return most;
}

static void put_failing(struct page *page, const struct scene *scene) {
    const char *label = "fails";
    const struct error_row *row = NULL;
    bool goes_on = rollout_is_under_way(&scene->state->rollout);
    int left = page->rect.height;
    int rows = goes_on ? left - KEPT_ROWS : left > 1; /* one that explains the end */
    for (int i = 0; i < FAILING_MAX && i < rows; i++) {
        row = find_failing(scene->state, row);
        if (!row) return;
        char words[WORDS_SIZE];
        struct text text = TEXT_IN(words);
        int64_t age_ms = scene_wall_ms(scene, scene->view_ns) - row->last_seen_ms;
        text_addf(&text, "%s %s ", row->route, row->kind);
        units_add_count(&text, (double)row->count);
        text_add(&text, "x, last ");
        figure_add_ago(&text, age_ms > 0 ? (uint64_t)age_ms * NS_PER_MS : 0);
        put_row(page, label, ROLE_CANARY, words);
        label = "";
    }
}

static void put_owner(struct page *page, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    if (!rollout->holder[0]) return;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, rollout->holder);
    if (rollout->host[0]) text_addf(&text, " on %s", rollout->host);
    text_addf(&text, ", epoch %llu", (unsigned long long)rollout->epoch);
    if (rollout->since_ms > 0) {
        text_add(&text, ", since ");
        units_add_clock(&text, rollout->since_ms);
        int64_t age_ms = scene_wall_ms(scene, scene->view_ns) - rollout->since_ms;
        text_add(&text, "Z (");
        figure_add_age(&text, age_ms > 0 ? (uint64_t)age_ms * NS_PER_MS : 0);
        text_add_char(&text, ')');
    }
    put(page, "owner", ROLE_TEXT, words);
}

static void put_guard(struct page *page, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    /* Promoted, stable may still be the version before. */
    bool is_kept = rollout->phase == ROLLOUT_DONE && !rollout->ended;
    if (!rollout_is_under_way(rollout) && !is_kept) return;
    if (rollout->guarded) {
        put(page, "guard", ROLE_TEXT, "without its controller all goes back to stable");
    } else {
        put(page, "!guard", ROLE_WARN,
            "none: the weight stays as it is when the controller dies");
    }
}

static void add_past(struct text *text, const struct past_rollout *past) {
    char when[TIMESTAMP_SIZE];
    struct text timestamp = TEXT_IN(when);
    units_add_timestamp(&timestamp, past->ended_ms);
    enum rollout_phase phase = (enum rollout_phase)past->phase;
    const char *end = rollout_phase_name(phase);
    if (phase == ROLLOUT_DONE) end = "promoted";
    if (phase == ROLLOUT_IDLE) end = "not begun";
    text_addf(text, "%.*s %s %s", DATE_LENGTH, when, past->to, end);
    if (past->reason[0] && phase != ROLLOUT_DONE) text_addf(text, ": %s", past->reason);
}

/* What became of those before, the newest first: each in one row. */
static void put_past(struct page *page, const struct scene *scene) {
    const struct rollout_past *past = scene->rollout ? scene->rollout->past : NULL;
    const char *label = "before";
    for (uint32_t i = 0; past && i < past->count; i++) {
        const struct past_rollout *item = &past->items[i];
        if (strcmp(item->id, scene->state->rollout.id) == 0) continue;
        char words[WORDS_SIZE];
        struct text text = TEXT_IN(words);
        add_past(&text, item);
        put_row(page, label, ROLE_TEXT, words);
        label = "";
    }
}

static void put_undo(struct page *page, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    if (!rollout->undoable) return;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(
        &text, "U returns all traffic to %s",
        rollout->from[0] ? rollout->from : "stable");
    if (rollout->left_ms > 0) {
        uint64_t until_ns = rollout->at_ns + (uint64_t)rollout->left_ms * NS_PER_MS;
        text_add(&text, ", until ");
        units_add_clock(&text, scene_wall_ms(scene, until_ns));
        text_add_char(&text, 'Z');
    }
    put(page, "undo", canary_text_role(scene, ROLE_STRONG), words);
}

static void put_refused(struct page *page, const struct rollout_status *rollout) {
    if (!rollout_was_refused(rollout)) return;
    const char *label = rollout->actor[0] ? "ended" : "refused";
    put(page, label, ROLE_WARN, rollout->reason);
}

static void put_none(struct page *page, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    put(page, "now", ROLE_OFF, "no rollout is under way");
    put_refused(page, rollout);
    put(page, "plan", ROLE_TEXT,
        "flightdeck canary plan says what each step takes, before anything starts");
    const char *start = scene->live->read_only
                            ? "flightdeck canary start --to VERSION"
                            : "P, or flightdeck canary start --to VERSION";
    put(page, "start", ROLE_TEXT, start);
    put_past(page, scene);
}

void canary_panels_draw_why(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    struct panel_frame frame = scene_frame(scene, PANEL_CANARY_WHY);
    frame.title = "why, and what comes next";
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct page page = {canvas, {inner.x + 1, inner.y, inner.width - 2, inner.height}};
    if (rollout_shown(scene) == ROLLOUT_NONE) {
        put_none(&page, scene);
        return;
    }
    enum role role = canary_text_role(scene, ROLE_STRONG);
    put_shown(&page, scene);
    put_now(&page, scene);
    put(&page, "next", role, rollout->next);
    put(&page, "not now", role, rollout->why_not_now);
    put_undo(&page, scene);
    put_failing(&page, scene);
    if (!rollout->guarded) put_guard(&page, scene);
    put_owner(&page, scene);
    if (rollout->guarded) put_guard(&page, scene);
    put_past(&page, scene);
}
