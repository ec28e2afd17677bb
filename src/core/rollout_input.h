/* What a rollout is decided from, one thing after the other, and what came of it: fed
 * to the statistics again, it leads to the same decisions. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "core/observation.h"
#include "core/rollout_moment.h"

enum rollout_input_kind {
    ROLLOUT_INPUT_OUTCOME,    /* `seen`: a request or job */
    ROLLOUT_INPUT_COUNTS,     /* `counts` */
    ROLLOUT_INPUT_STEP,       /* `step`: from here on it is counted anew */
    ROLLOUT_INPUT_FORGET,     /* nothing from before lets anything be promoted */
    ROLLOUT_INPUT_START_OVER, /* nothing from before is worth anything */
    ROLLOUT_INPUT_MOMENT,     /* `moment`: it was decided */
    ROLLOUT_INPUT_TRANSITION, /* `transition`: what the rollout did */
    ROLLOUT_INPUT_GAP,        /* taken up by another process that knew less */
    ROLLOUT_INPUT_FULL,       /* the limit: only transitions follow */
    ROLLOUT_INPUT_OVERDUE,    /* `overdue`: for the next moment only */
    ROLLOUT_INPUT_KIND_COUNT
};

struct rollout_input_step {
    uint32_t weight_bp;
};

/* What both sides have counted since the last time, where users are not known. */
struct rollout_counts {
    enum harm_metric metric;
    struct trials canary, stable;
};

/* Jobs of the canary that are open for longer than they should be. */
struct rollout_input_overdue {
    uint64_t jobs;
};

struct rollout_transition {
    enum rollout_phase phase;
    enum rollout_hold hold;
    uint32_t step, weight_bp;
    uint64_t left_out; /* inputs until then that were not recorded */
    char reason[ROLLOUT_WORDS_SIZE];
    char actor[STATE_ACTOR_SIZE];
};

struct rollout_input {
    enum rollout_input_kind kind;
    int64_t at_ms; /* wall clock */
    union {
        struct observation seen;
        struct rollout_counts counts;
        struct rollout_input_step step;
        struct rollout_input_overdue overdue;
        struct rollout_moment moment;
        struct rollout_transition transition;
    };
};

/* The most that one takes. */
enum { ROLLOUT_INPUT_BYTES_MAX = 512 };

/* Times are told from `since_ms` on, and lie at most
 * 24 days behind it; what lies outside is put there. */
void rollout_input_put(
    const struct rollout_input *input, int64_t since_ms, struct byte_writer *writer);

/* False for bytes that rollout_input_put() cannot have written. */
bool rollout_input_get(
    struct rollout_input *input, int64_t since_ms, struct byte_reader *reader);
