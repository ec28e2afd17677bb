/* The knees that searches have found: kept in the history, and found again by runs of
 * the same tasks against the same target. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "core/exit_code.h"
#include "core/knee.h"
#include "core/load_outcome.h"
#include "core/scenario.h"
#include "core/target.h"

struct sqlite;

/* How a search ended; all of it is borrowed. */
struct load_knee_found {
    const struct target *target;
    const struct scenario *scenario;
    const struct knee *knee;
    enum exit_code exit_code;
};

/* Writes it down, and waits for that. */
bool load_knee_keep(const struct load_knee_found *found, struct error *err);

/* Fills `knees` for the tasks of the result's scenario;
 * NaN stays where nobody knows. */
void load_knees_find(struct sqlite *sqlite, struct load_outcome *result);
