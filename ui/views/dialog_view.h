/* The box of a confirmation: what would happen, to whom, and how to go back. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/dialog.h"
#include "ui/scene.h"

/* All borrowed. */
struct dialog_view {
    const struct scene *scene;
    const struct dialog *dialog;
    const struct action_plan *plan; /* of what is started; NULL: nothing is sent */
    const struct load_menu *menu;   /* of DIALOG_LOAD */
};

/* How many of its rows do not fit on a screen of that size: how far it can be moved. */
uint32_t dialog_view_hidden(const struct dialog_view *view, int width, int height);

void dialog_view_draw(
    struct canvas *canvas, const struct dialog_view *view, const struct prompt *prompt);
