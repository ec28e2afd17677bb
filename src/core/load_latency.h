/* Latencies of a load run as the figures that are shown. NaN: nothing was measured. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* clang-format off */
/*    id             label    quantile; the last two are none */
#define LOAD_LATENCIES(X) \
    X(LOAD_P50,      "p50",   0.5) \
    X(LOAD_P75,      "p75",   0.75) \
    X(LOAD_P90,      "p90",   0.9) \
    X(LOAD_P95,      "p95",   0.95) \
    X(LOAD_P99,      "p99",   0.99) \
    X(LOAD_P999,     "p99.9", 0.999) \
    X(LOAD_MAX,      "max",   1) \
    X(LOAD_MEAN,     "mean",  -1)
/* clang-format on */

enum load_latency {
#define X(id, label, quantile) id,
    LOAD_LATENCIES(X)
#undef X
        LOAD_LATENCY_COUNT
};

const char *load_latency_label(enum load_latency latency);

/* Over the whole run. Response time counts from when a request should have gone out,
 * service time from when it did. */
struct load_latencies {
    float response_ms[LOAD_LATENCY_COUNT];
    float service_ms[LOAD_LATENCY_COUNT];
    float first_byte_ms[LOAD_LATENCY_COUNT]; /* of streams */
    float apdex, apdex_ms;                   /* 0 to 1; the time that satisfies */
};
