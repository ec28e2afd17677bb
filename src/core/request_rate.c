/* SPDX-License-Identifier: MIT */
#include "core/request_rate.h"

#include <math.h>

#include "base/units.h"

/* Where no counter says it: the rate, as the service tells it. */
static double requests_in(const struct reading *reading, uint64_t span_ns) {
    if (!isnan(reading->latest_requests)) return reading->latest_requests;
    return reading->values[MEANING_RPS] * (double)span_ns / NS_PER_S;
}

static double failed_of(const struct reading *reading, double requests) {
    double failed = reading->latest_failed;
    if (isnan(failed)) failed = requests * reading->values[MEANING_ERROR_RATIO];
    return fmin(failed, requests); /* one may count several errors */
}

void request_rate_take(struct request_rate *rate, const struct reading *reading) {
    uint64_t span_ns = reading->at_ns - rate->last_ns;
    bool is_first = rate->last_ns == 0 || reading->at_ns <= rate->last_ns;
    double requests = is_first ? (double)NAN : requests_in(reading, span_ns);
    rate->last_ns = reading->at_ns;
    if (isnan(requests)) return;
    double failed = failed_of(reading, requests);
    rate->span_ns += span_ns;
    rate->requests += requests;
    if (!isnan(failed)) rate->failed += failed;
}

void request_rate_skip(struct request_rate *rate, uint64_t at_ns) {
    rate->last_ns = at_ns;
}

double request_rate_per_s(const struct request_rate *rate) {
    if (rate->span_ns == 0) return NAN;
    return rate->requests * NS_PER_S / (double)rate->span_ns;
}
