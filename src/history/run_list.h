/* Runs that were kept, and what they found: for lists, reports and comparisons. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "history/runs.h"

struct sqlite;

enum { RUN_WORD_SIZE = 16 };

/* A run as the history has it. */
struct run_row {
    char id[ULID_STRING_SIZE];
    char kind[RUN_WORD_SIZE];    /* "smoke"; also kinds that were imported */
    char verdict[RUN_WORD_SIZE]; /* "pass", ..., "running" when it never ended */
    char target[STATE_NAME_SIZE];
    char scenario[RUNS_NAME_SIZE];
    char scenario_hash[RUNS_HASH_SIZE];
    char version[STATE_VERSION_SIZE];
    char reason[RUNS_WORDS_SIZE];
    char actor[STATE_NAME_SIZE];
    char host[STATE_NAME_SIZE];
    int64_t started_ms;
    int64_t ended_ms; /* 0 when it never ended */
    int exit_code;
};

/* Which runs; empty words mean any. */
struct run_filter {
    char kind[RUN_WORD_SIZE];
    char target[STATE_NAME_SIZE];
    char scenario_hash[RUNS_HASH_SIZE];
};

/* The newest runs that match, newest first: fills as many rows as there is room for. */
struct run_rows {
    struct run_row *rows; /* borrowed */
    size_t size;
    size_t count; /* filled */
};
bool run_list(
    struct sqlite *sqlite, const struct run_filter *filter, struct run_rows *list,
    struct error *err);

/* One run by its id. ERROR_NOT_FOUND when there is none. */
bool run_find(
    struct sqlite *sqlite, const char *id, struct run_row *row, struct error *err);

/* Its results in the order of their names and attempts. */
struct run_results {
    struct run_result *results; /* borrowed */
    size_t size;
    size_t count; /* filled */
};
bool run_read_results(
    struct sqlite *sqlite, const char *id, struct run_results *list, struct error *err);

/* One figure of a run; NaN for one that was not measured, or is not there. */
bool run_read_metric(
    struct sqlite *sqlite, const char *id, const char *name, double *value,
    struct error *err);
