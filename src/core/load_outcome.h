/* A load run that has ended: what was asked, what came of it, and the run before it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/load_judge.h"
#include "core/target.h"
#include "core/ulid.h"

/* The last run of the same scenario against the same target. */
struct load_before {
    bool found;
    char run[ULID_STRING_SIZE];
    char version[STATE_VERSION_SIZE]; /* of the target; "" when unknown */
    int64_t started_ms;
    double rps, p50_ms, p95_ms, p99_ms, error_ratio; /* NaN where it has none */
};

/* The highest rates at which the gates held for these tasks: as the last search found
 * it, and the last one before the run before. NaN: nobody has searched. */
struct load_knees {
    double now_rps, before_rps;
};

struct load_outcome {
    char run[ULID_STRING_SIZE];
    char target[STATE_NAME_SIZE];
    char url[TARGET_URL_SIZE]; /* without what is secret in it */
    enum target_class class;
    char scenario_hash[SHA256_HEX_SIZE];
    uint32_t workers;
    int64_t started_ms, ended_ms;
    const struct load_course *course; /* borrowed */
    enum load_stop stop;
    char detail[LOAD_END_WORDS_SIZE]; /* of the stop; "" for none; safe to show */
    struct load_judgement judgement;
    struct load_before before;
    struct load_knees knees;
};

/* Requests that ended in a second: over the time in which they were sent. */
double load_outcome_rps(const struct load_outcome *result);

/* Failures among what has ended, 0 to 1; NaN before the first. */
double load_outcome_error_ratio(const struct load_outcome *result);
