/* What is written down of rollouts, in the caller's transaction, and found again. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/rollout.h"
#include "history/rollout_beat.h"

struct sqlite;

/* One transition. The rollout is as it is after it; an effect that is journaled becomes
 * its open intent, in place of the one before. */
struct rollout_row {
    struct rollout rollout;
    enum rollout_phase from;
    struct rollout_effect effect;
    bool is_new;
    bool closes; /* the open intent has come to an end */
    bool failed; /* and not as it was meant */
    char outcome[ROLLOUT_WORDS_SIZE];
    uint64_t epoch;
    int64_t wall_ms;
    uint64_t monotonic_ns;
};

/* ERROR_CONFLICT when somebody of a later epoch has written, or when it is new and
 * another one of the target is open. */
bool rollout_rows_add(
    struct sqlite *sqlite, const struct rollout_row *row, struct error *err);

/* The open rollout of a target; false with ERROR_NOT_FOUND when there is none. */
struct rollout_found {
    struct rollout rollout; /* without times, but done_ns */
    enum rollout_op open;   /* ROLLOUT_DO_NOTHING: no intent is open */
    uint64_t epoch;
    int64_t alive_ms;
    uint8_t evidence[ROLLOUT_EVIDENCE_MAX];
    size_t evidence_length;
    uint64_t offset;
};
bool rollout_rows_find(
    struct sqlite *sqlite, const char *target, struct rollout_found *found,
    struct error *err);

/* From now on no earlier epoch writes anything. ERROR_CONFLICT: it has moved on. */
bool rollout_rows_claim(
    struct sqlite *sqlite, const struct rollout_found *found, uint64_t epoch,
    struct error *err);
