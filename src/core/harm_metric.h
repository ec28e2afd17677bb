/* In what the canary may do harm: the metrics of a rollout, one row each. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum harm_source {
    HARM_SOURCE_TOLD,    /* whoever observes says whether it failed */
    HARM_SOURCE_LATENCY, /* fails above a limit that is taken from stable */
    HARM_SOURCE_COST,
    HARM_SOURCE_TOKENS,
    HARM_SOURCE_RANK, /* where a latency stands among those of stable */
};

/* The share is of stable's requests that are above the limit, the weight how much the
 * metric has to say beside the others. */
/* clang-format off */
/*    id             name                 source               share  weight */
#define HARM_METRICS(X) \
    X(HARM_ERRORS,   "errors",            HARM_SOURCE_TOLD,    0,     0.50), \
    X(HARM_P50,      "slower than p50",   HARM_SOURCE_LATENCY, 0.50,  0.10), \
    X(HARM_P90,      "slower than p90",   HARM_SOURCE_LATENCY, 0.10,  0.10), \
    X(HARM_P95,      "slower than p95",   HARM_SOURCE_LATENCY, 0.05,  0.15), \
    X(HARM_P99,      "slower than p99",   HARM_SOURCE_LATENCY, 0.01,  0.15), \
    X(HARM_TOOLS,    "tool failures",     HARM_SOURCE_TOLD,    0,     0.025), \
    X(HARM_REFUSALS, "refusals",          HARM_SOURCE_TOLD,    0,     0.025), \
    X(HARM_COST,     "cost above p95",    HARM_SOURCE_COST,    0.05,  0.025), \
    X(HARM_TOKENS,   "tokens above p95",  HARM_SOURCE_TOKENS,  0.05,  0.025), \
    X(HARM_RANKS,    "slower throughout", HARM_SOURCE_RANK,    0,     0.10)
/* clang-format on */

enum harm_metric {
#define X(id, name, source, share, weight) id
    HARM_METRICS(X),
#undef X
    HARM_METRIC_COUNT
};

#define HARM_BIT(metric) (UINT32_C(1) << (metric))
#define HARM_ALL         (HARM_BIT(HARM_METRIC_COUNT) - 1)

/* What every rollout looks at: failures and latency. */
#define HARM_USUAL                                                     \
    (HARM_BIT(HARM_ERRORS) | HARM_BIT(HARM_P50) | HARM_BIT(HARM_P90) | \
     HARM_BIT(HARM_P95) | HARM_BIT(HARM_P99))

/* Besides, where each request is told of by itself. They have little of the mean: it
 * costs the others a tenth of theirs, and them one or two failures more. */
#define HARM_OF_REQUESTS                                           \
    (HARM_USUAL | HARM_BIT(HARM_TOOLS) | HARM_BIT(HARM_REFUSALS) | \
     HARM_BIT(HARM_COST) | HARM_BIT(HARM_TOKENS))

const char *harm_metric_name(enum harm_metric metric);
enum harm_source harm_metric_source(enum harm_metric metric);
double harm_metric_share(enum harm_metric metric);

/* What the metric counts in the mean over `metrics`, which sum up to 1;
 * 0 when it is not one of them. Which ones there are is settled before
 * the first unit: a metric that then never brings anything keeps its
 * weight and a value of 1, so that the mean stays an e-process. */
double harm_metric_weight(enum harm_metric metric, uint32_t metrics);
