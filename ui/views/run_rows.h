/* What was started: smoke tests now, load and chaos later; the newest first. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

/* Whether one of them is not over yet. */
bool run_rows_any_active(const struct state *state);

uint32_t run_rows_count(const struct scene *scene);

/* The row `index` of what the filter lets through, or NULL. */
const struct run *run_rows_at(const struct scene *scene, uint32_t index);

void run_rows_draw(struct canvas *canvas, struct rect rect, const struct scene *scene);
