/* What a display shows, as SVG. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "support/display.h"

/* On a dark terminal with xterm's colours. */
void picture_add(struct buffer *out, struct display *display);

/* Into a file. */
bool picture_save(struct display *display, const char *path, struct error *err);
