/* The table of parts: what is watched, how it fares, how fast and how lately it
 * answered; what is wrong stands first. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

uint32_t part_rows_count(const struct scene *scene);

/* The row `index` of what the filter lets through, or NULL. */
const struct part *part_rows_at(const struct scene *scene, uint32_t index);

/* The one that fares worst of a kind, or NULL. */
const struct part *part_rows_worst(const struct state *state, enum part_kind kind);

void part_rows_draw(struct canvas *canvas, struct rect rect, const struct scene *scene);
