/* The screens as a state machine: keys go in, a picture and requests come out. It never
 * acts, never waits and never looks at a clock. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/state.h"
#include "ui/canvas.h"
#include "ui/dialog.h"
#include "ui/keymap.h"
#include "ui/panel.h"
#include "ui/prompt.h"
#include "ui/scene.h"
#include "ui/ui_world.h"

enum { UI_NOTICE_SIZE = 128 };

enum ui_screen { UI_OVERVIEW, UI_CHECKS, UI_ERRORS, UI_TIMELINE, UI_SCREEN_COUNT };

/* What lies over the screen and takes the keys. */
enum ui_over { UI_NOTHING_OVER, UI_HELP, UI_PALETTE, UI_DIALOG, UI_FILTER };

struct ui {
    struct keymap keymap;
    int width, height;
    enum ui_screen screen;
    enum ui_over over;
    enum panel focus;
    bool zoomed, opened, frozen;
    uint64_t view_ns; /* when frozen */
    unsigned window;  /* index of 1m 5m 15m 1h */
    enum raster_glyphs glyphs;
    uint32_t selected[LIST_COUNT];
    struct error_row chosen; /* the error under the selection; kind "": the newest */
    struct filter filters[PANEL_COUNT];
    struct prompt prompt; /* of the filter, the palette, help and dialogs */
    uint32_t choice;      /* the row chosen in the palette, the first one in help */
    struct dialog dialog;
    struct key_sequence pending;     /* the beginning of a chord */
    char notice[UI_NOTICE_SIZE];     /* answers the last key; gone with the next one */
    struct rect panels[PANEL_COUNT]; /* where they were drawn last, for the mouse */
    bool dragging;
    int drag_x;
};

void ui_init(struct ui *ui, int width, int height);
struct ui_request ui_on_key(
    struct ui *ui, const struct ui_world *world, const struct key *key);
void ui_on_resize(struct ui *ui, int width, int height);

/* A line in the key row until the next key. Must be sanitised. */
void ui_notify(struct ui *ui, const char *words);

/* The time that is shown: now, or where it is frozen: that state belongs into `past`. */
uint64_t ui_view_ns(const struct ui *ui, uint64_t now_ns);

/* Draws what has its turn over the last picture; `canvas` has the size of the last
 * resize. */
void ui_draw(struct ui *ui, const struct ui_world *world, struct canvas *canvas);
