/* What a metric belongs to and how it is written. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/metric_table.h"

enum track { TRACK_STABLE, TRACK_CANARY, TRACK_COUNT };

enum metric_scope { METRIC_OF_TRACK, METRIC_OF_TARGET };

/* How a value is written; durations are held in ms, ratios as 0 to 1. */
enum metric_unit {
    METRIC_COUNT_UNIT,
    METRIC_PER_S,
    METRIC_MS,
    METRIC_RATIO,
    METRIC_BYTES,
    METRIC_DOLLARS,
    METRIC_STATE, /* 0 closed, 1 open */
};

enum metric {
#define X(id, name, scope, unit, label) id
    METRICS(X),
#undef X
    METRIC_COUNT
};

const char *metric_name(enum metric metric);
const char *metric_label(enum metric metric);
enum metric_scope metric_scope(enum metric metric);
enum metric_unit metric_unit(enum metric metric);
