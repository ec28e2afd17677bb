/* What each command does to the screens; the inner half of ui. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/ui.h"

/* A command as it was asked for. */
struct ui_order {
    enum command command;
    int digit;         /* of "1-9", else 0 */
    const char *words; /* typed behind its name in the palette, else "" */
    bool typed;        /* in the palette */
};

/* What the handler of a command works on. */
struct ui_turn {
    struct ui *ui;
    const struct ui_world *world;
    const struct ui_order *order;
};

struct ui_request ui_run(
    struct ui *ui, const struct ui_world *world, const struct ui_order *order);

/* What is asked of the caller: nothing, or a command without more. */
struct ui_request ui_no_request(void);
struct ui_request ui_request_of(enum command command);

/* Puts something empty over the screen, or nothing. */
void ui_open_over(struct ui *ui, enum ui_over over);

/* Puts the command typed before the one in the palette into its line. */
void ui_recall(struct ui *ui);

/* What the views draw from. Borrows from both. */
struct scene ui_scene(const struct ui *ui, const struct ui_world *world);

/* The panel that has the focus on the screen that is shown. */
enum panel ui_focus(const struct ui *ui);

/* Another screen; nothing on it stands open. */
void ui_show_screen(struct ui *ui, enum ui_screen screen);

/* Shows the time `by_ns` from what is shown; past now it is live again. */
void ui_scrub(struct ui *ui, const struct ui_world *world, int64_t by_ns);

uint64_t ui_window_ns(const struct ui *ui);

/* The rectangle between the verdict row and the key row. */
struct rect ui_body(const struct ui *ui);
