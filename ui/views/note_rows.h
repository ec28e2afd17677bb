/* The events, newest first: when, how good, from whom, what. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

uint32_t note_rows_count(const struct scene *scene);

/* The row `index` of what the filter lets through, or NULL. */
const struct note *note_rows_at(const struct scene *scene, uint32_t index);

void note_rows_draw(struct canvas *canvas, struct rect rect, const struct scene *scene);
