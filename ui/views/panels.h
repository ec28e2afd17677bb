/* The panels of the overview; each draws itself into any rectangle, frame and all. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

void panels_draw_traffic(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
void panels_draw_latency(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
void panels_draw_errors(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
void panels_draw_saturation(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
void panels_draw_redis(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
void panels_draw_agent(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
void panels_draw_health(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
void panels_draw_events(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
void panels_draw_runs(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* The figures of all of them in rows, where there is no room for each: stands for
 * traffic on small terminals. */
void panels_draw_red(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* The health of the parts, under the figures of Redis and the model: stands for three
 * panels on small terminals. */
void panels_draw_deps(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* Any of the above by its id. */
void panels_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    enum panel panel);
