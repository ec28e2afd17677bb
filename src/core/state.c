/* SPDX-License-Identifier: MIT */
#include "core/state.h"

#include <math.h>
#include <string.h>

void state_init(struct state *state) {
    memset(state, 0, sizeof *state);
    state->slo_p95_ms = NAN;
    state->slo_error_ratio = NAN;
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

const char *part_kind_name(enum part_kind kind) {
    static const char *const names[PART_KIND_COUNT] = {
#define X(id, name) [id] = (name)
        PART_KINDS(X)
#undef X
    };
    return names[kind];
}

const char *part_status_name(enum part_status status) {
    switch (status) {
    case PART_UNKNOWN: return "unknown";
    case PART_OK: return "ok";
    case PART_DEGRADED: return "degraded";
    case PART_BAD: return "bad";
    case PART_SILENT: return "silent";
    }
    return "unknown";
}

const char *target_class_name(enum target_class class) {
    switch (class) {
    case TARGET_LOCAL: return "local";
    case TARGET_STAGING: return "staging";
    case TARGET_PRODUCTION: return "production";
    }
    return "production";
}

const char *run_kind_name(enum run_kind kind) {
    static const char *const names[RUN_KIND_COUNT] = {
        [RUN_SMOKE] = "smoke",   [RUN_LOAD] = "load",           [RUN_CHAOS] = "chaos",
        [RUN_CANARY] = "canary", [RUN_PREFLIGHT] = "preflight",
    };
    return names[kind];
}
