/* SPDX-License-Identifier: MIT */
#include "core/reading.h"

#include <math.h>

enum { MS_PER_S = 1000, S_PER_MINUTE = 60 };

/* The readings of a track that mean something. */
struct readings {
    const struct reading *const *all;
    uint32_t count;
};

static bool means_something(const struct reading *reading) {
    return reading && !reading->mixed && !reading->truncated;
}

static double plus(double sum, double value) {
    if (isnan(value)) return sum;
    return isnan(sum) ? value : sum + value;
}

static double sum_of(struct readings readings, enum meaning meaning) {
    double sum = NAN;
    for (uint32_t i = 0; i < readings.count; i++) {
        if (means_something(readings.all[i])) {
            sum = plus(sum, readings.all[i]->values[meaning]);
        }
    }
    return sum;
}

static double worst_of(struct readings readings, enum meaning meaning) {
    double worst = NAN;
    for (uint32_t i = 0; i < readings.count; i++) {
        if (means_something(readings.all[i])) {
            worst = fmax(worst, readings.all[i]->values[meaning]); /* ignores NaN */
        }
    }
    return worst;
}

static double per_second(struct readings readings, enum meaning meaning) {
    double sum = NAN;
    for (uint32_t i = 0; i < readings.count; i++) {
        const struct reading *reading = readings.all[i];
        if (means_something(reading)) {
            sum = plus(sum, reading->values[meaning] / reading->window_s);
        }
    }
    return sum;
}

/* A share over the instances that count both;
 * without anything to share there is none. */
static double ratio_of(
    struct readings readings, enum meaning part, enum meaning whole) {
    double parts = NAN;
    double wholes = NAN;
    for (uint32_t i = 0; i < readings.count; i++) {
        const struct reading *reading = readings.all[i];
        if (!means_something(reading)) continue;
        if (isnan(reading->values[part]) || isnan(reading->values[whole])) continue;
        parts = plus(parts, reading->values[part]);
        wholes = plus(wholes, reading->values[whole]);
    }
    return wholes > 0 ? parts / wholes : (double)NAN;
}

static double first_known(double a, double b) {
    return isnan(a) ? b : a;
}

static double requests_per_second(struct readings readings) {
    double sum = NAN;
    for (uint32_t i = 0; i < readings.count; i++) {
        const struct reading *reading = readings.all[i];
        if (!means_something(reading)) continue;
        double told = reading->values[MEANING_RPS];
        sum = plus(sum, first_known(reading->requests_per_s, told));
    }
    return sum;
}

static double error_ratio(struct readings readings) {
    double failed = ratio_of(readings, MEANING_FAILED, MEANING_REQUESTS);
    double errors = ratio_of(readings, MEANING_ERRORS, MEANING_REQUESTS);
    double told = worst_of(readings, MEANING_ERROR_RATIO);
    double ratio = first_known(first_known(failed, errors), told);
    return ratio > 1 ? 1 : ratio; /* a failed request may count several errors */
}

static struct buckets merged(struct readings readings, uint32_t row) {
    struct buckets sum = {0};
    for (uint32_t i = 0; i < readings.count; i++) {
        if (means_something(readings.all[i])) {
            buckets_merge(&sum, &readings.all[i]->histograms[row]);
        }
    }
    return sum;
}

/* In ms. What summaries tell cannot be merged: the worst one counts. */
static double told_percentile(
    struct readings readings, uint32_t row, enum reading_quantile which) {
    double told = NAN;
    for (uint32_t i = 0; i < readings.count; i++) {
        if (means_something(readings.all[i])) {
            told = fmax(told, readings.all[i]->told[row][which]);
        }
    }
    return MS_PER_S * told;
}

static double percentile(
    struct readings readings, const struct buckets *buckets, uint32_t row,
    enum reading_quantile which) {
    static const double quantiles[READING_QUANTILES] = {0.5, 0.95, 0.99};
    if (buckets->count == 0) return told_percentile(readings, row, which);
    return MS_PER_S * buckets_quantile(buckets, quantiles[which]);
}

static void fill_durations(struct readings readings, float values[METRIC_COUNT]) {
    uint32_t row = reading_row(MEANING_LATENCY);
    struct buckets latency = merged(readings, row);
    values[METRIC_P50] = (float)percentile(readings, &latency, row, READING_P50);
    values[METRIC_P95] = (float)percentile(readings, &latency, row, READING_P95);
    values[METRIC_P99] = (float)percentile(readings, &latency, row, READING_P99);

    row = reading_row(MEANING_UPSTREAM);
    struct buckets upstream = merged(readings, row);
    values[METRIC_UPSTREAM] = (float)percentile(readings, &upstream, row, READING_P50);

    row = reading_row(MEANING_TTFT);
    struct buckets ttft = merged(readings, row);
    values[METRIC_TTFT] = (float)percentile(readings, &ttft, row, READING_P50);
}

/* The share of requests whose latency lies within the bounds of the 95th percentile:
 * about two standard deviations of where the few that were seen may put it. */
static double margin_of(double count) {
    return count > 0 ? 2 * sqrt(0.95 * 0.05 / count) : (double)NAN;
}

static void fill_seen_latency(struct readings readings, float values[METRIC_COUNT]) {
    struct buckets seen = {0};
    for (uint32_t i = 0; i < readings.count; i++) {
        if (means_something(readings.all[i])) {
            buckets_merge(&seen, &readings.all[i]->minute.latencies);
        }
    }
    double p95 = MS_PER_S * buckets_quantile(&seen, 0.95);
    double margin = margin_of(buckets_total(&seen));
    double low = MS_PER_S * buckets_quantile(&seen, 0.95 - margin);
    double high = MS_PER_S * buckets_quantile(&seen, fmin(0.95 + margin, 1));
    if (seen.count == 0) {
        uint32_t row = reading_row(MEANING_LATENCY);
        p95 = low = high = told_percentile(readings, row, READING_P95);
    }
    values[METRIC_SEEN_P95] = (float)p95;
    values[METRIC_SEEN_P95_LOW] = (float)low;
    values[METRIC_SEEN_P95_HIGH] = (float)high;
}

/* What is judged: all that was counted within the last minute. */
static void fill_seen(struct readings readings, float values[METRIC_COUNT]) {
    double requests = NAN;
    double failed = NAN;
    double of = NAN; /* the requests of those that count failures */
    double span_s = NAN;
    for (uint32_t i = 0; i < readings.count; i++) {
        if (!means_something(readings.all[i])) continue;
        const struct reading_minute *minute = &readings.all[i]->minute;
        if (isnan(minute->requests)) continue;
        requests = plus(requests, minute->requests);
        span_s = fmax(span_s, minute->span_s); /* ignores NaN */
        if (isnan(minute->failed)) continue;
        failed = plus(failed, minute->failed);
        of = plus(of, minute->requests);
    }
    double errors = of > 0 ? fmin(failed / of, 1) : (double)NAN;
    double told = worst_of(readings, MEANING_ERROR_RATIO);
    values[METRIC_SEEN] = (float)requests;
    values[METRIC_SEEN_SPAN] = (float)(MS_PER_S * span_s);
    values[METRIC_SEEN_ERRORS] = (float)(isnan(of) ? told : errors);
    fill_seen_latency(readings, values);
}

void readings_sum(
    const struct reading *const *all, uint32_t count, float values[METRIC_COUNT]) {
    struct readings readings = {.all = all, .count = count};
    for (int i = 0; i < METRIC_COUNT; i++) values[i] = NAN;
    fill_durations(readings, values);
    fill_seen(readings, values);

    double calls = sum_of(readings, MEANING_MODEL_CALLS);
    enum meaning whole = isnan(calls) ? MEANING_REQUESTS : MEANING_MODEL_CALLS;
    values[METRIC_RPS] = (float)requests_per_second(readings);
    values[METRIC_ERROR_RATIO] = (float)error_ratio(readings);
    values[METRIC_RETRY_RATIO] = (float)ratio_of(readings, MEANING_RETRIES, whole);
    values[METRIC_THROTTLED] = (float)ratio_of(readings, MEANING_THROTTLED, whole);
    values[METRIC_TOOL_ERRORS] =
        (float)ratio_of(readings, MEANING_TOOL_FAILED, MEANING_TOOL_CALLS);
    values[METRIC_CACHE_HITS] =
        (float)ratio_of(readings, MEANING_CACHE_HITS, MEANING_CACHE_LOOKUPS);
    values[METRIC_TOKENS] = (float)per_second(readings, MEANING_TOKENS);
    values[METRIC_COST] = (float)(S_PER_MINUTE * per_second(readings, MEANING_COST));
    values[METRIC_CPU] = (float)per_second(readings, MEANING_CPU_SECONDS);
    values[METRIC_IN_FLIGHT] = (float)sum_of(readings, MEANING_IN_FLIGHT);
    values[METRIC_MEMORY] = (float)sum_of(readings, MEANING_MEMORY);
    values[METRIC_FDS] = (float)sum_of(readings, MEANING_FDS);
    values[METRIC_FDS_MAX] = (float)sum_of(readings, MEANING_FDS_MAX);
    values[METRIC_BREAKER] = (float)worst_of(readings, MEANING_BREAKER);
    values[METRIC_QUEUE_WAITING] = (float)sum_of(readings, MEANING_QUEUE_WAITING);
    values[METRIC_WORKERS] = (float)sum_of(readings, MEANING_WORKERS);
}
