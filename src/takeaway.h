/* Takes what the screens show to the clipboard and into
 * files below the state folder, and says where it is. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/screen.h"
#include "ui/ui.h"

/* The selected row or the panel: into copied.txt,
 * and to the clipboard where the terminal lets us. */
void takeaway_copy(struct ui *ui, const struct ui_world *world, struct screen *screen);

/* The focused panel, into exports/NAME. A file that is there already stays. */
void takeaway_export(struct ui *ui, const struct ui_world *world, const char *name);
