/* All that a view may draw from, for one frame. Everything is borrowed. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/model.h"
#include "ui/filter.h"
#include "ui/panel.h"
#include "ui/raster.h"

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
    bool opened; /* the selected row stands open */
    enum raster_glyphs glyphs;
    const struct filter *filter; /* of the focused panel */
    uint32_t selected[LIST_COUNT];
    struct link_info link;
};
