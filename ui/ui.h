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
#include "ui/recall.h"
#include "ui/scene.h"
#include "ui/ui_world.h"

enum { UI_NOTICE_SIZE = 256 };

enum ui_screen {
    UI_OVERVIEW,
    UI_CHECKS,
    UI_LOAD,
    UI_CANARY,
    UI_ERRORS,
    UI_TIMELINE,
    UI_SCREEN_COUNT
};

/* What lies over the screen and takes the keys. */
enum ui_over {
    UI_NOTHING_OVER,
    UI_HELP,
    UI_PALETTE,
    UI_DIALOG,
    UI_SETTINGS,
    UI_FILTER, /* these three: a line in the key row */
    UI_MARK,
    UI_EXPORT,
};

struct ui {
    struct keymap keymap;
    int width, height;
    enum ui_screen screen;
    enum ui_over over;
    enum panel focus, load_focus, canary_focus; /* of the screens with panels */
    bool zoomed, load_zoomed, canary_zoomed, opened, frozen, dragging;
    uint64_t view_ns; /* when frozen */
    unsigned window;  /* index of 1m 5m 15m 1h */
    enum raster_glyphs glyphs;
    uint32_t selected[LIST_COUNT];
    struct error_row chosen; /* the error under the selection; kind "": the newest */
    struct filter filters[PANEL_COUNT];
    struct prompt prompt; /* of whatever lies over the screen */
    uint32_t choice;      /* the row chosen there; of help the first one */
    struct recall recall; /* of the palette */
    uint32_t recalled;    /* how many steps back the line in the palette is; 0: typed */
    struct dialog dialog;
    struct key_sequence pending;     /* the beginning of a chord */
    char notice[UI_NOTICE_SIZE];     /* answers the last key; gone with the next one */
    struct rect panels[PANEL_COUNT]; /* where they were drawn last, for the mouse */
    int drag_x;
};

void ui_init(struct ui *ui, int width, int height);
struct ui_request ui_on_key(
    struct ui *ui, const struct ui_world *world, const struct key *key);
void ui_on_resize(struct ui *ui, int width, int height);

/* A line in the key row until the next key. Must be sanitised. */
void ui_notify(struct ui *ui, const char *words);

/* The time that is shown: now, or where it is frozen, whose state is `past`. */
uint64_t ui_view_ns(const struct ui *ui, uint64_t now_ns);

/* Draws what has its turn over the last picture; `canvas` has the size of the last
 * resize. */
void ui_draw(struct ui *ui, const struct ui_world *world, struct canvas *canvas);
