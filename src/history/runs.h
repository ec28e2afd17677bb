/* Runs and what they found: smoke, load, chaos, canary, each a row with its results. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/histogram.h"
#include "core/state.h"
#include "core/ulid.h"
#include "core/verdict.h"
#include "history/run_result.h"

struct sqlite;

enum { RUNS_HASH_SIZE = 65 };

/* What is known when a run starts. */
struct run_start {
    char id[ULID_STRING_SIZE];
    enum run_kind kind;
    char target[STATE_NAME_SIZE];
    char scenario[RUNS_NAME_SIZE];      /* "default" or the file's name */
    char scenario_hash[RUNS_HASH_SIZE]; /* only like runs are compared */
    char version[STATE_VERSION_SIZE];   /* of the target; "" when unknown */
    char actor[STATE_NAME_SIZE];
    char host[STATE_NAME_SIZE];
    int64_t started_ms;
};

/* What is known when it ends. */
struct run_end {
    char id[ULID_STRING_SIZE];
    enum verdict verdict;
    bool aborted; /* by a person or a signal: no verdict */
    char reason[RUNS_WORDS_SIZE];
    int exit_code;
    int64_t ended_ms;
};

bool runs_begin(
    struct sqlite *sqlite, const struct run_start *start, struct error *err);

/* False for a run that was never begun or has ended. */
bool runs_end(struct sqlite *sqlite, const struct run_end *end, struct error *err);
bool runs_add_result(
    struct sqlite *sqlite, const char *run, const struct run_result *result,
    struct error *err);

bool runs_add_metric(
    struct sqlite *sqlite, const char *run, const struct run_metric *metric,
    struct error *err);
bool runs_add_histogram(
    struct sqlite *sqlite, const char *run, const char *name,
    const struct histogram *histogram, struct error *err);
bool runs_read_histogram(
    struct sqlite *sqlite, const char *run, const char *name,
    struct histogram *histogram, struct error *err);
