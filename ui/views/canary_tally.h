/* What became of requests beside good and bad ends, a row for each track: jobs that go
 * on, what is left out of the evidence, and what another server had to answer. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/scene.h"

/* Rows for it where so many are left for metrics and it: the canary's before a metric's
 * beyond the fourth, stable's where no metric wants it. None where it is not known. */
int canary_tally_rows(const struct scene *scene, int rows);

/* The canary's first. */
void canary_tally_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene);
