/* SPDX-License-Identifier: MIT */
#include "core/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define LOAD_STEP_NS UINT64_C(1000000000)

struct model *model_new(void) {
    struct model *model = memory_new(sizeof *model);
    state_init(&model->state);
    return model;
}

void model_free(struct model *model) {
    free(model);
}

static struct series *series_of(
    struct model *model, unsigned track, enum metric metric) {
    if (metric_scope(metric) == METRIC_OF_TARGET) track = TRACK_STABLE;
    return &model->series[track][metric];
}

/* What is only judged is never drawn: its past would be memory for nothing. */
static bool has_past(enum metric metric) {
    return metric < METRIC_SEEN || metric > METRIC_SEEN_ERRORS;
}

static void apply_values(struct model *model, const struct event *event) {
    const struct values_event *values = &event->values;
    uint64_t step_ns = (uint64_t)values->step_ms * 1000000;
    if (step_ns < SERIES_STEP_MIN_NS) step_ns = SERIES_STEP_MIN_NS;
    for (uint32_t i = 0; i < values->count; i++) {
        if (!has_past((enum metric)values->items[i].metric)) continue;
        struct series *series = series_of(
            model, values->track == TRACK_CANARY ? TRACK_CANARY : TRACK_STABLE,
            (enum metric)values->items[i].metric);
        if (series->step_ns != step_ns) series_init(series, step_ns);
        float value = values->items[i].value;
        series_put(series, event->at_ns, isfinite(value) ? value : NAN);
    }
}

/* A second that was skipped holds nothing. */
static uint16_t *column_at(struct heat *heat, uint64_t second) {
    uint64_t wanted = second + 1;
    if (heat->last_s == 0) heat->first_s = heat->last_s = wanted;
    if (wanted < heat->first_s) return NULL;
    uint64_t skipped = heat->last_s + 1;
    if (wanted > heat->last_s + HEAT_SECONDS) skipped = wanted - HEAT_SECONDS + 1;
    for (; skipped <= wanted; skipped++) {
        memset(heat->counts[(skipped - 1) % HEAT_SECONDS], 0, sizeof *heat->counts);
    }
    if (wanted > heat->last_s) heat->last_s = wanted;
    if (heat->last_s - heat->first_s >= HEAT_SECONDS) {
        heat->first_s = heat->last_s - HEAT_SECONDS + 1;
    }
    return wanted < heat->first_s ? NULL : heat->counts[second % HEAT_SECONDS];
}

static void add_heat(
    struct heat *heat, uint64_t at_ns, const uint16_t counts[HEAT_BUCKETS]) {
    uint16_t *column = column_at(heat, at_ns / 1000000000U);
    for (unsigned i = 0; column && i < HEAT_BUCKETS; i++) {
        unsigned sum = (unsigned)column[i] + counts[i];
        column[i] = sum > UINT16_MAX ? UINT16_MAX : (uint16_t)sum;
    }
}

static void apply_heat(struct model *model, const struct event *event) {
    unsigned track = event->heat.track == TRACK_CANARY ? TRACK_CANARY : TRACK_STABLE;
    add_heat(&model->heat[track], event->at_ns, event->heat.counts);
}

/* A run that is over has no rate any more: its lines end. */
static void apply_load(struct model *model, const struct event *event) {
    if (!load_status_is_active(&event->load)) return;
    for (unsigned i = METRIC_LOAD_WANTED; i < METRIC_COUNT; i++) {
        enum metric metric = (enum metric)i;
        struct series *series = series_of(model, TRACK_STABLE, metric);
        if (series->step_ns == 0) series_init(series, LOAD_STEP_NS);
        series_put(series, event->at_ns, load_status_value(&event->load, metric));
    }
}

void model_apply(struct model *model, const struct event *event) {
    state_apply(&model->state, event);
    if (event->at_ns > model->now_ns) model->now_ns = event->at_ns;
    if (event->kind == EVENT_VALUES) apply_values(model, event);
    if (event->kind == EVENT_HEAT) apply_heat(model, event);
    if (event->kind == EVENT_LOAD) apply_load(model, event);
    if (event->kind == EVENT_ROLLOUT) {
        rollout_trend_take(&model->rollout, &event->rollout, event->at_ns);
    }
    if (event->kind == EVENT_LOAD_HEAT) {
        add_heat(&model->load_heat, event->at_ns, event->load_heat.counts);
    }
}

const struct series *model_series(
    const struct model *model, enum track track, enum metric metric) {
    if (metric_scope(metric) == METRIC_OF_TARGET) track = TRACK_STABLE;
    return &model->series[track][metric];
}
