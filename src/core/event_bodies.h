/* What each kind of event carries where no part of the state says it already. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/heat_column.h"
#include "core/rollout_order.h"
#include "core/state.h"

enum { EVENT_VALUES_MAX = METRIC_COUNT };

struct session_event {
    char target[STATE_NAME_SIZE];
    char user[STATE_NAME_SIZE];
    uint8_t target_class;
    bool read_only;
    uint32_t poll_ms;
    float slo_p95_ms, slo_error_ratio; /* NaN when not configured */
};

struct values_event {
    uint8_t track;    /* enum track, or STATE_TRACK_NONE for metrics of the target */
    uint32_t step_ms; /* how often these values come */
    uint32_t count;
    struct {
        uint8_t metric; /* enum metric */
        float value;    /* not finite: asked for, not there */
    } items[EVENT_VALUES_MAX];
};

struct heat_event {
    uint8_t track;
    uint16_t counts[HEAT_BUCKETS]; /* saturating; log buckets, see heat_bucket() */
};

/* Finished since the event before, by response time. */
struct load_heat_event {
    uint16_t counts[HEAT_BUCKETS];
};

struct errors_event {
    uint8_t track; /* whose rows these are; the other track's rows stay */
    uint32_t count;
    struct error_row rows[STATE_ERRORS_MAX];
};

struct check_event {
    uint16_t index, total; /* index 0 of a new run clears the table */
    struct check_row row;
};

struct armed_event {
    bool armed;
    uint64_t until_ns;
    char who[STATE_NAME_SIZE];
};

struct versions_event {
    uint8_t track;
    bool mixed;
    uint16_t instances;
    char version[STATE_VERSION_SIZE];
};

struct keyframe_event {
    uint16_t piece, pieces;
    uint32_t layout; /* which struct state this is a dump of */
    uint32_t length;
    const uint8_t *bytes; /* borrowed */
};
