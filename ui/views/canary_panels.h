/* The panels of a rollout; each draws itself into any rectangle, frame and all. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

/* The steps with the one under way, its traffic and its clock. */
void canary_panels_draw_steps(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* How strong the evidence of harm is, and what may be promoted. */
void canary_panels_draw_evidence(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* Percentiles of both tracks, each with what it lies between at all times at once. */
void canary_panels_draw_latency(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* Where it stands and why, what comes next and why not now, and whose it is. */
void canary_panels_draw_why(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* How many requests took how long, over time. */
void canary_panels_draw_stable_heat(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
void canary_panels_draw_heat(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* The keys, and what stands against each of them. */
void canary_panels_draw_actions(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* What happened, newest first. */
void canary_panels_draw_events(
    struct canvas *canvas, struct rect rect, const struct scene *scene);

/* Any of the above by its id; others are left out. */
void canary_panels_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene,
    enum panel panel);
