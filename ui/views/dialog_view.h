/* The box of a confirmation: what would happen, to whom, and how to go back. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/dialog.h"
#include "ui/scene.h"

/* `plan` is that of the smoke test; NULL for dialogs that send nothing. */
void dialog_view_draw(
    struct canvas *canvas, const struct scene *scene, const struct dialog *dialog,
    const struct prompt *prompt, const struct action_plan *plan);
