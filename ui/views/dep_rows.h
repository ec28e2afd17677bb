/* What the service leans on, a row each: Redis and the model, where there is no room
 * for a panel of their own. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

/* Draws as many rows as there is something to say and room for; returns how many. */
int dep_rows_draw(struct canvas *canvas, struct rect rect, const struct scene *scene);
