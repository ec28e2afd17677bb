/* All that a screen, a report or an exit code is made from. Events are the only way to
 * change it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/event.h"
#include "core/rollout_trend.h"
#include "core/series.h"
#include "core/state.h"

enum {
    HEAT_SECONDS = 3600,
    /* Metrics of a track have one series per track, those of the target one. */
    MODEL_SERIES_MAX = TRACK_COUNT * METRIC_COUNT,
};

/* Latencies over time: one column per second for an hour. */
struct heat {
    uint64_t first_s, last_s; /* seconds plus one; 0 while empty */
    uint16_t counts[HEAT_SECONDS][HEAT_BUCKETS];
};

struct model {
    struct state state;
    uint64_t now_ns;                                 /* of the newest event */
    struct series series[TRACK_COUNT][METRIC_COUNT]; /* of the target: row of stable */
    struct heat heat[TRACK_COUNT];
    struct heat load_heat; /* of the requests of a load run */
    struct rollout_trend rollout;
};

/* A model is large and mostly untouched: it must be made with model_new(). */
struct model *model_new(void);
void model_free(struct model *model);

void model_apply(struct model *model, const struct event *event);

/* What model_apply() does to the small part: for rebuilding a past state. */
void state_apply(struct state *state, const struct event *event);

/* The series of a metric; `track` does not matter for metrics of the target. */
const struct series *model_series(
    const struct model *model, enum track track, enum metric metric);
