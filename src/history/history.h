/* The history as an action sees it: every write happens off the loop, one at a time and
 * in order, and is on disk before its callback runs. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "history/journal.h"
#include "history/runs.h"

struct history;
struct loop;

enum {
    HISTORY_RESULTS_MAX = 256,
    HISTORY_METRICS_MAX = 64,
    HISTORY_HISTOGRAMS_MAX = 64,
    HISTORY_PENDING_MAX = 64,
};

/* The file is opened by the first write. An empty path is the one of store_path(). */
struct history *history_new(struct loop *loop, const char *path);

/* The write that is under way still completes, those behind it are dropped. No callback
 * runs. */
void history_free(struct history *history);

/* `err` is ERROR_NONE when it is on disk; otherwise the effect must not start. */
typedef void (*history_done_fn)(void *owner, const struct error *err);

/* The run and its intent, in one transaction. All arguments are copied. */
void history_begin(
    struct history *history, const struct run_start *start,
    const struct journal_entry *intent, history_done_fn on_committed, void *owner);

/* A histogram by its name, unique within a run. */
struct run_histogram {
    char name[RUNS_NAME_SIZE];
    struct histogram histogram;
};

/* How a run ended, its results, its figures and what became of the intent. All lists
 * are borrowed for the call. */
struct run_outcome {
    struct run_end end;
    struct journal_entry entry;
    const struct run_result *results;
    uint32_t result_count; /* at most HISTORY_RESULTS_MAX */
    const struct run_metric *metrics;
    uint32_t metric_count; /* at most HISTORY_METRICS_MAX */
    const struct run_histogram *histograms;
    uint32_t histogram_count; /* at most HISTORY_HISTOGRAMS_MAX */
};

/* All of it in one transaction. */
void history_end(
    struct history *history, const struct run_outcome *outcome,
    history_done_fn on_committed, void *owner);

/* One more row of the journal. */
void history_note(
    struct history *history, const struct journal_entry *entry,
    history_done_fn on_committed, void *owner);
