/* What a run found: the outcome of one check, and one figure. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/scan.h"

enum {
    RUNS_NAME_SIZE = 96,
    RUNS_WORDS_SIZE = 256,
    RUNS_EVIDENCE_SIZE = 4096,
};

enum result_status {
    RESULT_PASS,
    RESULT_FAIL,
    RESULT_ERROR,
    RESULT_SKIP,
    RESULT_UNKNOWN
};

/* "pass", "fail"; a word that is none is RESULT_UNKNOWN. */
const char *result_status_name(enum result_status status);
enum result_status result_status_from_name(struct slice name);

struct run_result {
    char name[RUNS_NAME_SIZE]; /* unique within run and attempt */
    uint32_t attempt;          /* from 1 */
    enum result_status status;
    uint64_t duration_us;
    char message[RUNS_WORDS_SIZE];
    char evidence[RUNS_EVIDENCE_SIZE]; /* JSON, redacted; "" for none */
};

/* NaN is kept as "no data": NULL and n = 0. `better` is "lower", "higher" or "none". */
struct run_metric {
    char name[RUNS_NAME_SIZE];
    double value;
    uint64_t samples;
    const char *unit;
    const char *better;
};
