/* How far the evidence has come to what it is
 * measured against: a rollback, a promotion. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

enum { CANARY_GAUGES = 3, CANARY_GAUGE_LABEL = 14 };

/* Evidence of harm on the scale of powers, its limit at the right end. */
void canary_gauge_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene, float harm);
enum role canary_gauge_role(const struct scene *scene, float harm, float limit);

/* A row each: all evidence together, the safety bound, the units of the canary. */
void canary_gauges_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
