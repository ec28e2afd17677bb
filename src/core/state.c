/* SPDX-License-Identifier: MIT */
#include "core/state.h"

#include <math.h>
#include <string.h>

void state_init(struct state *state) {
    memset(state, 0, sizeof *state);
    state->slo_p95_ms = NAN;
    state->slo_error_ratio = NAN;
    load_status_init(&state->load);
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        for (unsigned metric = 0; metric < METRIC_COUNT; metric++) {
            state->values[track][metric] = NAN;
        }
    }
}

const struct part *state_part(
    const struct state *state, enum part_kind kind, const char *name) {
    for (uint32_t i = 0; i < state->part_count; i++) {
        const struct part *part = &state->parts[i];
        if (part->kind == kind && strcmp(part->name, name) == 0) return part;
    }
    return NULL;
}

const struct note *state_note(const struct state *state, uint32_t back) {
    if (back >= state->note_count || back >= STATE_NOTES_MAX) return NULL;
    return &state->notes[(state->note_count - 1 - back) % STATE_NOTES_MAX];
}

const struct run *state_run(const struct state *state, uint32_t back) {
    if (back >= state->run_count || back >= STATE_RUNS_MAX) return NULL;
    return &state->runs[(state->run_count - 1 - back) % STATE_RUNS_MAX];
}

float state_value(
    const struct state *state, enum track track, enum metric metric, uint64_t now_ns,
    uint64_t max_age_ns) {
    if (metric_scope(metric) == METRIC_OF_TARGET) track = TRACK_STABLE;
    uint64_t at_ns = state->value_ns[track][metric];
    if (at_ns == 0 || (now_ns > at_ns && now_ns - at_ns > max_age_ns)) return NAN;
    return state->values[track][metric];
}
