/* SPDX-License-Identifier: MIT */
#include "ui/rollout_act.h"
#include "ui/views/segments.h"
#include "ui/views/status_view.h"

enum { AWAY_WEIGHT = 3 };

/* In the order of the row; the lowest weight gives way first. */
struct hint {
    enum command command;
    int weight;
};

static const struct hint acting[] = {{COMMAND_ARM, 10},      {COMMAND_SMOKE, 8},
                                     {COMMAND_LOAD, 8},      {COMMAND_LOAD_MORE, 8},
                                     {COMMAND_LOAD_LESS, 8}, {COMMAND_PROMOTE, 8},
                                     {COMMAND_HOLD, 8},      {COMMAND_RESUME, 8},
                                     {COMMAND_UNDO, 8},      {COMMAND_STOP, 9}};

static const struct hint looking[] = {
    {COMMAND_BACK, 8},        {COMMAND_PANEL, 3},       {COMMAND_NEXT_PANEL, 5},
    {COMMAND_ZOOM, 6},        {COMMAND_OPEN, 4},        {COMMAND_FREEZE, 7},
    {COMMAND_WINDOW_LESS, 2}, {COMMAND_WINDOW_MORE, 2}, {COMMAND_FILTER, 6},
    {COMMAND_PALETTE, 6},     {COMMAND_ERRORS, 4},      {COMMAND_CHECKS, 3},
    {COMMAND_LOADS, 3},       {COMMAND_CANARY, 3},      {COMMAND_TIMELINE, 3},
    {COMMAND_MARK, 1},        {COMMAND_COPY, 2},        {COMMAND_EXPORT, 2},
    {COMMAND_SETTINGS, 1},    {COMMAND_HELP, 11},       {COMMAND_QUIT, 12},
};

static void add_hint(
    struct segments *segments, const struct keymap *keymap, struct hint hint,
    bool allowed) {
    struct segment *segment =
        segments_add(segments, allowed ? ROLE_TEXT : ROLE_OFF, hint.weight);
    struct text key = TEXT_IN(segment->key);
    keymap_add_key(keymap, hint.command, &key);
    if (key.length == 0) {
        segments->count--; /* nothing leads there: nothing to show */
        return;
    }
    text_copy_cut(segment->words, SEGMENT_SIZE, command_name(hint.command));
    segment->gap = 2;
}

static bool can_act(const struct scene *scene, enum command command) {
    return command_danger(command) != COMMAND_ACTS || scene_is_armed(scene);
}

/* Means nothing while no load run goes on. */
static bool is_of_load(enum command command) {
    return command == COMMAND_LOAD_MORE || command == COMMAND_LOAD_LESS;
}

/* What means something to the rollout that there is; all the others always do. */
static bool means_something(const struct scene *scene, enum command command) {
    bool any = rollout_act_has_one(scene);
    enum rollout_phase phase = (enum rollout_phase)scene->live->rollout.phase;
    bool done = phase == ROLLOUT_DONE;
    if (command == COMMAND_PROMOTE || command == COMMAND_HOLD) return any && !done;
    if (command == COMMAND_RESUME) return any && phase == ROLLOUT_HOLD;
    return command != COMMAND_UNDO || (any && done);
}

/* Means nothing on the other screens. */
static bool is_of_overview(enum command command) {
    return command == COMMAND_NEXT_PANEL || command == COMMAND_ZOOM;
}

/* What one does with a list: more to the point than other screens. */
static bool takes_out(enum command command) {
    return command == COMMAND_MARK || command == COMMAND_COPY ||
           command == COMMAND_EXPORT;
}

static struct hint weighed(const struct scene *scene, struct hint hint) {
    if (scene->away && takes_out(hint.command)) hint.weight += AWAY_WEIGHT;
    return hint;
}

static void add_acting(
    struct segments *segments, const struct scene *scene, const struct keymap *keymap) {
    bool runs = scene->live->load.phase == LOAD_RUNNING;
    for (size_t i = 0; i < sizeof acting / sizeof *acting; i++) {
        if (is_of_load(acting[i].command) && !runs) continue;
        if (!means_something(scene, acting[i].command)) continue;
        bool allowed = can_act(scene, acting[i].command);
        add_hint(segments, keymap, acting[i], allowed);
    }
}

void keys_view_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    const struct keymap *keymap) {
    struct segments segments = {0};
    if (!scene->live->read_only) add_acting(&segments, scene, keymap);
    uint32_t first = segments.count;
    bool back = scene->away || scene->zoomed || scene->opened;
    for (size_t i = 0; i < sizeof looking / sizeof *looking; i++) {
        if (looking[i].command == COMMAND_BACK && !back) continue;
        if (scene->away && is_of_overview(looking[i].command)) continue;
        add_hint(&segments, keymap, weighed(scene, looking[i]), true);
    }
    if (segments.count > first) segments.items[first].bar = true;
    if (segments.count > 0) segments.items[0].gap = 1;
    segments_draw(canvas, rect, &segments);
}
