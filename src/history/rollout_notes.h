/* What the journal's chain says of a rollout, in JSON. For rollout_rows.c. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "history/rollout_rows.h"

/* A transition: an intent when it has an effect that is journaled, else a note. */
bool rollout_notes_add(
    struct sqlite *sqlite, const struct rollout_row *row, struct error *err);

/* What became of the intent that was open. */
bool rollout_notes_end(
    struct sqlite *sqlite, const struct rollout_row *row, enum rollout_op op,
    const char *outcome, struct error *err);
