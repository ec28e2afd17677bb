/* One value of the state as it is shown: the number in its unit, or n/a, and how old it
 * is when it is old. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/text.h"
#include "core/state.h"
#include "ui/role.h"

enum { FIGURE_SIZE = 16 };

struct figure {
    float value;             /* NaN when there is none */
    bool stale;              /* the last one there was, too long ago */
    char words[FIGURE_SIZE]; /* "412", "1.41s", "0.42%", "n/a" */
    char age[FIGURE_SIZE];   /* "12s" when stale, else "" */
};

/* Values of the target: `track` does not matter. */
struct figure figure_of(
    const struct state *state, enum track track, enum metric metric, uint64_t now_ns);

/* A figure that is stale or missing has its own role. */
enum role figure_role(const struct figure *figure, enum role role);

/* In whole steps, so that it changes rarely: "now", "12s", "3m", "5h", "2d". */
void figure_add_age(struct text *text, uint64_t age_ns);

/* The same as a moment: "now", "12s ago". */
void figure_add_ago(struct text *text, uint64_t age_ns);

/* A share of the traffic, as short as it is round: "10%", "12.5%". */
void figure_add_share(struct text *text, float ratio);
