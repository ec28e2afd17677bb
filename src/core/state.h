/* What is known right now, small enough to copy,
 * keep and compare. Without pointers, so it can be dumped. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/check_row.h"
#include "core/error_row.h"
#include "core/load_status.h"
#include "core/metric.h"
#include "core/note.h"
#include "core/part.h"
#include "core/rollout_status.h"
#include "core/run.h"
#include "core/split.h"
#include "core/target_class.h"

enum {
    STATE_PARTS_MAX = 320, /* four for each of 64 instances, and more */
    STATE_ERRORS_MAX = 48,
    STATE_NOTES_MAX = 64,
    STATE_CHECKS_MAX = 64,
    STATE_RUNS_MAX = 16,
};

struct state {
    char target[STATE_NAME_SIZE];
    char user[STATE_NAME_SIZE]; /* who sits here */
    uint8_t target_class;       /* enum target_class */
    bool read_only;             /* a watcher: no action is linked in */
    bool armed;
    uint64_t armed_until_ns;
    uint64_t started_ns;
    int64_t wall_offset_ms; /* wall ms minus monotonic ms, at the last event */
    uint32_t poll_ms;       /* the slowest poll interval of a part */
    float slo_p95_ms;       /* NaN when not configured */
    float slo_error_ratio;  /* NaN when not configured */
    char version[TRACK_COUNT][STATE_VERSION_SIZE];
    uint16_t instances[TRACK_COUNT]; /* configured or resolved */
    bool mixed[TRACK_COUNT];         /* several processes answer behind one URL */

    uint32_t part_count;
    struct part parts[STATE_PARTS_MAX];
    uint32_t error_count;
    struct error_row errors[STATE_ERRORS_MAX]; /* newest first */
    uint64_t errors_at_ns; /* when the table was read; 0 for never */
    uint32_t note_count;   /* ever; the ring holds the last ones */
    struct note notes[STATE_NOTES_MAX];
    uint32_t check_count;
    struct check_row checks[STATE_CHECKS_MAX];
    uint32_t run_count; /* ever; the ring holds the last ones */
    struct run runs[STATE_RUNS_MAX];
    struct split split;
    struct rollout_status rollout;
    struct load_status load; /* the one that runs, or the last one */
    /* The last value of every metric and when it came; NaN and 0 when it never did. */
    float values[TRACK_COUNT][METRIC_COUNT]; /* of the target: in the row of stable */
    uint64_t value_ns[TRACK_COUNT][METRIC_COUNT];
};

void state_init(struct state *state);

/* Whether every count, name and choice in it can be used: for a state that was not made
 * by state_apply() but read from a file. */
bool state_is_sound(const struct state *state);

/* The part of that kind and name, or NULL. */
const struct part *state_part(
    const struct state *state, enum part_kind kind, const char *name);

/* The one `back` steps before the newest one, or NULL. */
const struct note *state_note(const struct state *state, uint32_t back);
const struct run *state_run(const struct state *state, uint32_t back);

/* The last value; NaN for none or an older one than `max_age_ns` at `now_ns`. */
float state_value(
    const struct state *state, enum track track, enum metric metric, uint64_t now_ns,
    uint64_t max_age_ns);
