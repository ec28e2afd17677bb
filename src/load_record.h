/* What is written down of a load run, and the one before it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/load_outcome.h"
#include "history/history.h"
#include "run_record.h"

/* Finds the last run of the same scenario against the same target; nothing when there
 * is none, or nobody can read the history. */
void load_record_before(struct load_outcome *result);

void load_record_begin(
    const struct run_record *record, struct history *history,
    const struct load_outcome *result, history_done_fn on_committed, void *owner);

/* The verdict, gates and rules as results, the figures,
 * and the histograms of all and of each task. */
void load_record_end(
    const struct run_record *record, struct history *history,
    const struct load_outcome *result, history_done_fn on_committed, void *owner);
