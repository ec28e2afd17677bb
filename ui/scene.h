/* All that a view may draw from, for one frame. Everything is borrowed. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/model.h"
#include "ui/dialog.h"
#include "ui/figure.h"
#include "ui/filter.h"
#include "ui/frame_pace.h"
#include "ui/graph.h"
#include "ui/panel.h"
#include "ui/raster.h"
#include "ui/rollout_wish.h"

/* How the frames reach the terminal; zeros are not shown. */
struct link_info {
    uint32_t frames_per_s;
    uint32_t bytes_per_frame;
    uint32_t dropped; /* frames left out because the line is slow */
    uint32_t delay_ms;
};

/* Lists with a selected row. */
enum list { LIST_ERRORS, LIST_EVENTS, LIST_HEALTH, LIST_CHECKS, LIST_RUNS, LIST_COUNT };

struct scene {
    const struct state *state; /* at the view time */
    const struct state *live;  /* now: whether it is armed is never history */
    const struct model *model; /* for the series */
    uint64_t now_ns;
    uint64_t view_ns; /* now_ns when live */
    uint64_t window_ns;
    bool frozen;
    enum panel focus;
    bool zoomed;
    bool opened;          /* the selected row stands open */
    bool away;            /* not on the overview: Esc leads back */
    enum frame_turn turn; /* the panels that are drawn; the others stand already */
    enum raster_glyphs glyphs;
    const struct filter *filter; /* of the focused panel */
    uint32_t selected[LIST_COUNT];
    const struct rollout_means *rollout; /* for orders; NULL: none can be given */
    const struct action_plan *smoke;     /* of the canary itself; NULL: of the target */
    struct link_info link;
};

/* Whether there is a second track at all. */
bool scene_has_canary(const struct scene *scene);

/* Now, also while the view is frozen. */
bool scene_is_armed(const struct scene *scene);

int64_t scene_wall_ms(const struct scene *scene, uint64_t at_ns);

/* How far back its graphs reach: "5m". */
const char *scene_window_name(const struct scene *scene);

/* The panel's frame with its number, title, focus and window; notes are the view's. */
struct panel_frame scene_frame(const struct scene *scene, enum panel panel);

/* A graph of one track, or of both. */
struct graph scene_graph(
    const struct scene *scene, enum track track, enum metric metric);
struct graph scene_overlay(const struct scene *scene, enum metric metric);

struct figure scene_figure(
    const struct scene *scene, enum track track, enum metric metric);

/* Whether rows of that panel are filtered at all. */
bool scene_filters(const struct scene *scene, enum panel panel);

/* Whether the filter lets a row of that panel through. */
bool scene_row_shown(const struct scene *scene, enum panel panel, const char *row);
