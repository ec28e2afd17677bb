/* A recorded rollout decided again, by another rule or other settings: what it did in
 * each step, and what that rule would have done there. It acts on nothing. What was not
 * seen, a larger weight than the rollout had, it does not make up. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/exit_code.h"
#include "core/rollout_case.h"
#include "core/rollout_stretch.h"

enum {
    ROLLOUT_STRETCHES_MAX = 64,
    ROLLOUT_POINTS_MAX = 32, /* even; of the series */
};

struct rollout_point {
    int64_t at_ms;
    uint64_t requests; /* of the canary */
    double ran, would; /* evidence of harm */
};

struct rollout_analysis {
    struct rollout_plan plan;  /* of the rollout */
    struct rollout_plan asked; /* the same by the rule that was asked for */
    bool known_assignment;
    struct rollout_case ran, would; /* large */
    uint64_t outcomes, moments;
    uint64_t differing; /* moments at which it decided otherwise than it does now */
    bool has_gap, is_full;
    uint64_t left_out; /* inputs past the limit, as far as that was written down */
    uint32_t stretch_count, stretches_left_out;
    struct rollout_stretch stretches[ROLLOUT_STRETCHES_MAX];
    uint32_t point_count, point_every, since_point;
    struct rollout_point points[ROLLOUT_POINTS_MAX];
    struct rollout_transition last; /* how it stands at the end of the recording */
    int64_t first_ms, last_ms;      /* 0 without anything */
};

/* Both plans must be sound, and have the same steps. */
void rollout_analysis_init(
    struct rollout_analysis *analysis, const struct rollout_plan *plan,
    const struct rollout_plan *asked, bool known_assignment);

/* The next input of the recording. False when it does not fit the plan. */
bool rollout_analysis_take(
    struct rollout_analysis *analysis, const struct rollout_input *input);

/* What the rule comes to: back once it would have gone back anywhere; up when it would
 * have promoted in every step that there was; otherwise hold. */
enum rollout_end rollout_analysis_end(const struct rollout_analysis *analysis);
enum exit_code rollout_analysis_code(const struct rollout_analysis *analysis);
