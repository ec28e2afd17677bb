/* The panels of a load run; each draws itself into any rectangle, frame and all. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

/* Wanted, sent and done; then what failed. */
void load_panels_draw_rate(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
void load_panels_draw_errors(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* How many requests took how long, over time. */
void load_panels_draw_heat(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* Percentiles over the whole run, with the limits that gates set. */
void load_panels_draw_latency(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* Which answers came how often. */
void load_panels_draw_answers(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* What the probes know of the target meanwhile. */
void load_panels_draw_target(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* Whether the figures are the target's, or the generator's own. */
void load_panels_draw_generator(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* Against the last run of the same scenario. */
void load_panels_draw_comparison(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* Any of the above by its id; others are left out. */
void load_panels_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    enum panel panel);
