/* What was started: smoke tests now, load and chaos later; the newest first. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

uint32_t run_rows_count(const struct scene *scene);
void run_rows_draw(struct canvas *canvas, struct rect rect, const struct scene *scene);
