/* SPDX-License-Identifier: MIT */
#include "ui/views/status_view.h"

#include <math.h>

#include "base/panic.h"
#include "base/units.h"
#include "base/utf8.h"
#include "ui/finding.h"
#include "ui/rollout_shown.h"
#include "ui/views/segments.h"

enum { WIDE = 100, NARROW = 60, SECONDS_PER_MINUTE = 60 };

enum role status_class_role(enum target_class class) {
    switch (class) {
    case TARGET_LOCAL: return ROLE_LOCAL;
    case TARGET_STAGING: return ROLE_STAGING;
    case TARGET_PRODUCTION: return ROLE_PRODUCTION;
    }
    return ROLE_PRODUCTION; /* what is not known is treated as the worst */
}

const char *status_class_word(enum target_class class) {
    switch (class) {
    case TARGET_LOCAL: return " LOCAL ";
    case TARGET_STAGING: return " STAGING ";
    case TARGET_PRODUCTION: return "▲PROD";
    }
    return "▲PROD";
}

static struct text words_of(struct segment *segment) {
    return TEXT_IN(segment->words);
}

static void add_place(struct segments *segments, const struct scene *scene) {
    struct segment *name = segments_add(segments, ROLE_TITLE, 1);
    text_copy_cut(name->words, SEGMENT_SIZE, "flightdeck");
    struct segment *target = segments_add(segments, ROLE_STRONG, 8);
    text_copy_cut(target->words, SEGMENT_SIZE, scene->live->target);
    target->bar = true;
    enum target_class class = (enum target_class)scene->live->target_class;
    struct segment *word = segments_add(segments, status_class_role(class), 12);
    text_copy_cut(word->words, SEGMENT_SIZE, status_class_word(class));
}

static void add_mode(struct segments *segments, const struct scene *scene, bool wide) {
    const struct state *live = scene->live;
    struct segment *mode = segments_add(segments, ROLE_DIM, 11);
    mode->bar = true;
    struct text text = words_of(mode);
    if (live->read_only) {
        mode->role = ROLE_WATCH;
        text_add(&text, wide ? "WATCH (read-only)" : "WATCH");
        return;
    }
    if (!scene_is_armed(scene)) {
        text_add(&text, "DISARMED");
        return;
    }
    mode->role = ROLE_ARMED;
    uint64_t left_s = (live->armed_until_ns - scene->now_ns) / NS_PER_S;
    text_add(&text, " ARMED ");
    if (wide && live->user[0]) text_addf(&text, "%s ", live->user);
    text_addf(
        &text, "%02u:%02u ", (unsigned)(left_s / SECONDS_PER_MINUTE),
        (unsigned)(left_s % SECONDS_PER_MINUTE));
}

static void add_frozen(struct segments *segments, const struct scene *scene) {
    if (!scene->frozen) return;
    struct segment *frozen = segments_add(segments, ROLE_FROZEN, 10);
    frozen->bar = true;
    struct text text = words_of(frozen);
    text_add(&text, " FROZEN ");
    units_add_clock(&text, scene_wall_ms(scene, scene->view_ns));
    text_add_char(&text, ' ');
    figure_add_ago(&text, scene->now_ns - scene->view_ns);
    text_add_char(&text, ' ');
}

static void add_split(struct segments *segments, const struct scene *scene) {
    struct figure wanted = scene_figure(scene, TRACK_STABLE, METRIC_SPLIT_WANTED);
    if (isnan(wanted.value)) return;
    struct segment *weight =
        segments_add(segments, figure_role(&wanted, ROLE_CANARY), 8);
    struct text text = words_of(weight);
    figure_add_share(&text, wanted.value);
}

/* On a narrow screen what is new comes first, and how much of the traffic it gets. */
static void add_versions(
    struct segments *segments, const struct scene *scene, int width) {
    const struct state *state = scene->state;
    const char *stable = state->version[TRACK_STABLE];
    const char *canary = state->version[TRACK_CANARY];
    if (!stable[0] && !canary[0]) return;
    bool has_canary = scene_has_canary(scene);
    if (width >= NARROW || !has_canary) {
        struct segment *first = segments_add(segments, ROLE_STABLE, 5);
        first->bar = true;
        text_copy_cut(first->words, SEGMENT_SIZE, stable[0] ? stable : "?");
    }
    if (!has_canary) return;
    struct segment *second = segments_add(segments, ROLE_CANARY, 6);
    struct text text = words_of(second);
    const char *arrow = width >= NARROW ? "→ " : "→";
    text_addf(&text, "%s%s", arrow, canary[0] ? canary : "?");
    add_split(segments, scene);
}

/* "watching 2/4 25%"; what nobody says any more is no news. */
static void add_step(struct segments *segments, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    enum rollout_shown shown = rollout_shown(scene);
    if (shown == ROLLOUT_NONE || shown == ROLLOUT_LEFT) return;
    bool live = shown == ROLLOUT_LIVE;
    struct segment *step =
        segments_add(segments, live ? rollout_phase_role(rollout) : ROLE_STALE, 7);
    step->bar = true;
    struct text text = words_of(step);
    if (!live) text_add(&text, "? ");
    rollout_add_phase(&text, rollout);
    if (rollout->step == 0) return;
    text_addf(&text, " %u/%u ", rollout->step, rollout->steps);
    figure_add_share(&text, (float)rollout->wanted_bp / ROLLOUT_BASIS_POINTS);
    bool runs = live && rollout->phase == ROLLOUT_WATCHING;
    if (rollout->left_ms == 0 || !runs) return;
    text_add_char(&text, ' ');
    units_add_duration(&text, (uint64_t)rollout->left_ms * NS_PER_MS);
}

/* Now, also while the view is frozen: what is sent is never history. */
static void add_load(struct segments *segments, const struct scene *scene) {
    const struct load_status *load = &scene->live->load;
    if (!load_status_is_active(load)) return;
    struct segment *segment = segments_add(segments, ROLE_WARN, 9);
    segment->bar = true;
    struct text text = words_of(segment);
    text_addf(&text, "LOAD %s", load->scenario);
}

static void add_clock(struct segments *segments, const struct scene *scene) {
    struct segment *clock = segments_add(segments, ROLE_TEXT, 3);
    clock->bar = true;
    struct text text = words_of(clock);
    int64_t wall_ms =
        (int64_t)(scene->now_ns / NS_PER_MS) + scene->live->wall_offset_ms;
    units_add_clock(&text, wall_ms);
    text_add_char(&text, 'Z');
    const struct link_info *link = &scene->link;
    if (link->frames_per_s == 0) return;
    struct segment *rate = segments_add(segments, ROLE_DIM, 2);
    text = words_of(rate);
    text_addf(&text, "%uHz", link->frames_per_s);
    if (link->bytes_per_frame > 0) {
        text_add_char(&text, ' ');
        units_add_bytes(&text, link->bytes_per_frame);
        text_add(&text, "/f");
    }
    if (link->dropped > 0) {
        struct segment *dropped = segments_add(segments, ROLE_WARN, 4);
        text = words_of(dropped);
        text_addf(&text, "~ slow line, %u frames dropped", link->dropped);
    }
}

void status_view_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    bool wide = rect.width >= WIDE;
    struct segments segments = {0};
    add_place(&segments, scene);
    add_mode(&segments, scene, wide);
    add_frozen(&segments, scene);
    add_versions(&segments, scene, rect.width);
    add_step(&segments, scene);
    add_load(&segments, scene);
    add_clock(&segments, scene);
    for (uint32_t i = 0; i < segments.count && !wide; i++) {
        segments.items[i].bar = false;
    }
    segments_draw(canvas, rect, &segments);
}

void verdict_view_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct findings findings;
    findings_of(scene, &findings);
    enum finding_level level = findings.items[0].level;
    bool narrow = rect.width < WIDE;
    struct rect at = rect;
    at.x += canvas_print(
        canvas, at, finding_level_role(level), narrow ? "%s%s" : " %s %s ",
        finding_level_mark(level), finding_level_name(level));
    at.x += 1;
    for (uint32_t i = 0; i < findings.count; i++) {
        at.width = rect.x + rect.width - at.x;
        if (i > 0) at.x += canvas_print(canvas, at, ROLE_DIM, " · ");
        at.width = rect.x + rect.width - at.x;
        const struct finding *finding = &findings.items[i];
        if (i > 0 && finding->level != level) {
            const char *mark = finding_level_mark(finding->level);
            at.x += canvas_print(
                canvas, at, finding_level_role(finding->level), "%s", mark);
            at.x += 1;
            at.width = rect.x + rect.width - at.x;
            level = finding->level;
        }
        at.x += canvas_text(
            canvas, at.x, at.y, at.width, finding->words,
            i == 0 ? ROLE_STRONG : ROLE_TEXT);
    }
    at.width = rect.x + rect.width - at.x;
    if (findings.more > 0) {
        canvas_print(canvas, at, ROLE_DIM, " · %u more", findings.more);
    }
}

void status_view_draw_line(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    const struct keymap *keymap) {
    struct findings findings;
    findings_of(scene, &findings);
    struct segments segments = {0};
    enum target_class class = (enum target_class)scene->live->target_class;
    struct segment *segment = segments_add(&segments, status_class_role(class), 9);
    segment->gap = 0;
    text_copy_cut(segment->words, SEGMENT_SIZE, status_class_word(class));
    enum finding_level level = findings.items[0].level;
    segment = segments_add(&segments, finding_level_role(level), 10);
    struct text text = words_of(segment);
    text_addf(&text, "%s%s", finding_level_mark(level), finding_level_name(level));
    segment = segments_add(&segments, ROLE_KEY, 8);
    text = words_of(segment);
    keymap_add_key(keymap, COMMAND_QUIT, &text);
    segment = segments_add(&segments, ROLE_TEXT, 7);
    text_copy_cut(segment->words, SEGMENT_SIZE, command_name(COMMAND_QUIT));
    segment = segments_add(&segments, ROLE_STRONG, 6);
    text_copy_cut(segment->words, SEGMENT_SIZE, scene->live->target);
    if (scene_is_armed(scene)) {
        segment = segments_add(&segments, ROLE_ARMED, 11);
        text_copy_cut(segment->words, SEGMENT_SIZE, "ARMED");
    }
    segments_draw(canvas, rect, &segments);
}
