/* What is known of a load run while it lasts and once it is over:
 * small, without pointers, a part of the state.
 * A figure that nobody has measured is NaN, never zero. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/load_figures.h"
#include "core/load_latency.h"
#include "core/metric.h"
#include "core/state_sizes.h"

enum { LOAD_GATES_MAX = 16, LOAD_ANSWERS_MAX = 16 };

/* clang-format off */
/*    id             name */
#define LOAD_PHASES(X) \
    X(LOAD_NONE,     "none")     /* there was no run yet */ \
    X(LOAD_STARTING, "starting") /* the generators are being started */ \
    X(LOAD_RUNNING,  "running") \
    X(LOAD_DRAINING, "draining") /* nothing new is sent, answers are waited for */ \
    X(LOAD_ENDED,    "ended")
/* clang-format on */

enum load_phase {
#define X(id, name) id,
    LOAD_PHASES(X)
#undef X
        LOAD_PHASE_COUNT
};

struct load_status {
    uint8_t phase;   /* enum load_phase */
    uint8_t verdict; /* enum verdict; only once it has ended */
    uint8_t run[16]; /* struct run.id: what was run, in the list of all runs */
    char scenario[STATE_NAME_SIZE]; /* "spike" */
    char words[STATE_DETAIL_SIZE];  /* "1000 users, +100/s, 2m" */
    char reason[STATE_DETAIL_SIZE]; /* of the verdict, or of an early end; "" */
    uint64_t at_ns, started_ns;     /* monotonic */
    uint32_t elapsed_ms, total_ms;  /* total 0: until it is stopped */
    uint32_t users, users_wanted;   /* both 0 when the rate is asked for, not users */
    uint64_t requests, failures;    /* over the whole run; finished ones */
    struct load_rates rates;
    struct load_latencies latencies;
    struct load_generator generator;
    struct load_comparison comparison;
    uint8_t gate_count, answer_count;
    struct load_gate gates[LOAD_GATES_MAX];
    struct load_answer answers[LOAD_ANSWERS_MAX];
};

/* No run, and no figure known: what an event's own
 * must begin with as well, as zeros are figures. */
void load_status_init(struct load_status *status);

const char *load_phase_name(enum load_phase phase);

/* Whether requests may still be sent or waited for. */
bool load_status_is_active(const struct load_status *status);

/* Failures among what was finished, 0 to 1; NaN before the first one. */
double load_status_error_ratio(const struct load_status *status);

/* What the metric METRIC_LOAD_... is right now; NaN for others and for the unknown. */
float load_status_value(const struct load_status *status, enum metric metric);

/* Whether every count, name and choice in it can be used. */
bool load_status_is_sound(const struct load_status *status);
