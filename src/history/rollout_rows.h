/* What is written down of rollouts, in the caller's transaction, and found again. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"
#include "core/rollout.h"

struct sqlite;

enum {
    ROLLOUT_EVIDENCE_MAX = 256 * 1024,
    ROLLOUT_USERS_MAX = 4096, /* of one beat */
};

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

/* Somebody whose first failure has been counted, or who has been seen. */
struct rollout_user {
    uint64_t hash;
    uint32_t facts;
};

/* That it is alive, and what it has counted up to which place of its input. */
struct rollout_beat {
    char id[ULID_STRING_SIZE];
    uint64_t epoch;
    int64_t wall_ms;
    struct slice evidence; /* at most ROLLOUT_EVIDENCE_MAX; empty: none */
    uint64_t offset;
    const struct rollout_user *users; /* news about them since the last beat */
    uint32_t user_count;              /* at most ROLLOUT_USERS_MAX */
};
bool rollout_rows_beat(
    struct sqlite *sqlite, const struct rollout_beat *beat, struct error *err);

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
/* All that is known of users. */
typedef void (*rollout_user_fn)(void *owner, const struct rollout_user *user);
bool rollout_rows_users(
    struct sqlite *sqlite, const char *id, rollout_user_fn on_user, void *owner,
    struct error *err);
