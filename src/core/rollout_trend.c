/* SPDX-License-Identifier: MIT */
#include "core/rollout_trend.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

/* Controllers publish every second, and when it is news. */
#define STEP_NS UINT64_C(1000000000)

static void begin(struct rollout_trend *trend, const struct rollout_status *status) {
    text_copy_cut(trend->id, sizeof trend->id, status->id);
    memset(trend->names, 0, sizeof trend->names);
    for (unsigned i = 0; i < ROLLOUT_METRICS_MAX; i++) {
        series_init(&trend->logs[i], STEP_NS);
    }
}

/* The place of a metric keeps its name until the rollout is over; the first that has
 * none is the place of a new one. */
static struct series *place_of(struct rollout_trend *trend, const char *name) {
    for (unsigned i = 0; i < ROLLOUT_METRICS_MAX; i++) {
        char *known = trend->names[i];
        if (!known[0]) text_copy_cut(known, ROLLOUT_METRIC_NAME_SIZE, name);
        if (strcmp(known, name) == 0) return &trend->logs[i];
    }
    return NULL;
}

void rollout_trend_take(
    struct rollout_trend *trend, const struct rollout_status *status, uint64_t at_ns) {
    if (!status->known || !status->id[0] || status->ended) return;
    if (strcmp(trend->id, status->id) != 0) begin(trend, status);
    for (uint32_t i = 0; i < status->metric_count; i++) {
        const struct rollout_metric *metric = &status->metrics[i];
        struct series *series = metric->name[0] ? place_of(trend, metric->name) : NULL;
        if (!series || !(metric->harm > 0)) continue; /* nor when it is not known */
        series_put(series, at_ns, logf(metric->harm));
    }
}

const struct series *rollout_trend_of(
    const struct rollout_trend *trend, const struct rollout_status *status,
    uint32_t metric) {
    if (!status->id[0] || strcmp(trend->id, status->id) != 0) return NULL;
    for (unsigned i = 0; i < ROLLOUT_METRICS_MAX && trend->names[i][0]; i++) {
        if (strcmp(trend->names[i], status->metrics[metric].name) == 0) {
            return &trend->logs[i];
        }
    }
    return NULL;
}
