/* The framed parts of the screens, their numbers and titles, and how a frame is drawn. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "ui/canvas.h"

/* clang-format off */
/* The first nine are reached by their number.
 *    id                 title */
#define PANELS(X) \
    X(PANEL_TRAFFIC,     "traffic"), \
    X(PANEL_ERRORS,      "errors"), \
    X(PANEL_LATENCY,     "latency"), \
    X(PANEL_SATURATION,  "saturation"), \
    X(PANEL_REDIS,       "redis"), \
    X(PANEL_AGENT,       "agent and model"), \
    X(PANEL_HEALTH,      "health"), \
    X(PANEL_EVENTS,      "events"), \
    X(PANEL_RUNS,        "runs"), \
    X(PANEL_CHECKS,      "checks")
/* clang-format on */

enum panel {
#define X(id, title) id
    PANELS(X),
#undef X
    PANEL_COUNT
};

enum { PANEL_NUMBERS = 9 };

const char *panel_title(enum panel panel);

struct panel_frame {
    unsigned number; /* 0 for none */
    const char *title;
    const char *note;    /* at the right end of the upper border; NULL for none */
    enum role note_role; /* ROLE_NONE: as the title */
    bool focus;          /* heavy lines */
    bool armed;          /* in the colour of an armed production session */
};

/* Draws the frame, blanks what is inside and returns that. */
struct rect panel_draw(
    struct canvas *canvas, struct rect rect, const struct panel_frame *frame);
