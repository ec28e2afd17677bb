/* A limit that a load run has to keep: "p95<2s", "error_ratio<0.1%", "rps>500",
 * "p99(chat)<3s over 30s". */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"
#include "base/text.h"
#include "core/histogram.h"
#include "core/state_sizes.h"
#include "core/verdict.h"

enum {
    GATE_WORDS_SIZE = 96,
    GATES_MAX = 16,
    GATE_WINDOW_MOST_S = 600,
};

/* Latencies are response times, from when a request should have gone out. Beside these
 * names there is p50 to p99.999: any percentile. */
/* clang-format off */
/*    id                 name           limit */
#define GATE_METRICS(X) \
    X(GATE_PERCENTILE,   "p95",         "a duration like 2s") \
    X(GATE_MAX,          "max",         "a duration like 2s") \
    X(GATE_MEAN,         "mean",        "a duration like 2s") \
    X(GATE_ERROR_RATIO,  "error_ratio", "a ratio like 0.1%") \
    X(GATE_RPS,          "rps",         "a number")            /* finished in a second */
/* clang-format on */

enum gate_metric {
#define X(id, name, limit) id,
    GATE_METRICS(X)
#undef X
};

enum gate_comparison { GATE_BELOW, GATE_AT_MOST, GATE_ABOVE, GATE_AT_LEAST };

struct gate {
    char words[GATE_WORDS_SIZE]; /* as it was written; printable */
    char task[STATE_NAME_SIZE];  /* "": all requests */
    enum gate_metric metric;
    enum gate_comparison comparison;
    double quantile;   /* of GATE_PERCENTILE, 0 to below 1 */
    double limit;      /* ms, a ratio, or a second */
    uint32_t window_s; /* it must be kept in every such time; 0: over the whole run */
};

/* ERROR_SYNTAX with what was expected, and the nearest name. */
bool gate_parse(struct slice words, struct gate *gate, struct error *err);

/* What was measured over some time. */
struct gate_figures {
    const struct histogram *latency; /* borrowed, microseconds */
    uint64_t requests, failures;
    double seconds;
};

struct gate_finding {
    enum verdict verdict; /* INCONCLUSIVE with too few requests for a statement */
    double value;         /* in the unit of the limit; NaN without any request */
    uint64_t samples;
};

struct gate_finding gate_judge(
    const struct gate *gate, const struct gate_figures *figures);

/* Whether such a value is within the limit. */
bool gate_keeps(const struct gate *gate, double value);

/* How many requests it takes before the gate says anything:
 * a percentile needs one beyond it. */
uint64_t gate_samples_needed(const struct gate *gate);

/* A value in the unit of the limit: "1.21s", "0.08%", "612". */
void gate_add_value(struct text *text, const struct gate *gate, double value);
