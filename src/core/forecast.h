/* What a step will take, before anything starts:
 * how many canary requests, how many minutes at today's rate,
 * and whether it can decide anything at all with so few users. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "core/rollout_rules.h"
#include "core/trials.h"

/* clang-format off */
/*    id                   words */
#define FORECASTS(X) \
    X(FORECAST_DECIDES,    "decides"), \
    X(FORECAST_UNKNOWN,    "unknown: no requests were seen yet"), \
    X(FORECAST_FEW_USERS,  "cannot decide: too few users on the canary to show harm"), \
    X(FORECAST_TOO_SLOW,   "cannot decide: it takes longer than a step may last"), \
    X(FORECAST_NEVER,      "cannot decide: stable fails too often for this budget")
/* clang-format on */

enum forecast_end {
#define X(id, words) id
    FORECASTS(X),
#undef X
    FORECAST_END_COUNT
};

const char *forecast_words(enum forecast_end end);

struct forecast_basis {
    struct rollout_rules rules;
    double requests_per_s;
    struct trials stable; /* how it fares now */
    uint64_t users;       /* who come by in a step, seen until now; 0: not known */
    double canary_before; /* canary requests that the steps before will have brought */
    double stable_before; /* those of stable since somebody measures them */
};

struct forecast {
    enum forecast_end end;
    uint32_t weight_bp, next_bp;
    uint32_t users_needed;    /* so many who fail, and nobody on stable, show harm */
    uint64_t requests_needed; /* of the canary; or PROMOTION_NEVER */
    uint64_t stable_needed;   /* of stable, in all, until what is slow is known */
    bool waits_for_stable;    /* those take longer */
    double minutes;           /* at least the step's hold; NaN when it is not known */
    double canary_after;      /* what the next step has before; NaN likewise */
    double stable_after;
    double canary_users; /* to be expected; NaN when it is not known */
};

/* A step of at least 1 basis point. A canary that is as good as stable, and a stable
 * that goes on as it did, are taken for granted. */
struct forecast forecast_step(
    const struct forecast_basis *basis, uint32_t weight_bp, uint32_t next_bp);

/* All steps, each with what those before bring. Weights rise to 10000, the last one. */
void forecast_steps(
    struct forecast_basis basis, const uint32_t *weights_bp, size_t count,
    struct forecast *forecasts);

/* "5 %: 105 canary requests, 17.5 min at 2 requests/s",
 * what else it waits for, and why it cannot decide. */
void forecast_add_words(
    struct text *text, const struct forecast *forecast,
    const struct forecast_basis *basis);
