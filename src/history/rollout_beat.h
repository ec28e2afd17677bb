/* That a rollout is alive, and what it has counted: each second, in the caller's
 * transaction. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"
#include "core/ulid.h"

struct sqlite;

enum {
    ROLLOUT_EVIDENCE_MAX = 256 * 1024,
    ROLLOUT_USERS_MAX = 4096, /* of one beat */
};

/* Somebody whose first failure has been counted, or who has been seen. */
struct rollout_user {
    uint64_t hash;
    uint32_t facts;
};

/* That it is alive, and what it has counted up to which place of its input. */
struct rollout_beat {
    char id[ULID_STRING_SIZE];
    uint64_t epoch;
    uint64_t version; /* of the rollout as its sender knows it */
    int64_t wall_ms;
    struct slice evidence; /* at most ROLLOUT_EVIDENCE_MAX; empty: none */
    uint64_t offset;
    const struct rollout_user *users; /* news about them since the last beat */
    uint32_t user_count;              /* at most ROLLOUT_USERS_MAX */
};

/* ERROR_CONFLICT when somebody of a later epoch has written. What is of an earlier one
 * is taken over with it, unless more has been written about it than `version`. */
bool rollout_beat_write(
    struct sqlite *sqlite, const struct rollout_beat *beat, struct error *err);

/* All that is known of users. */
typedef void (*rollout_user_fn)(void *owner, const struct rollout_user *user);
bool rollout_beat_users(
    struct sqlite *sqlite, const char *id, rollout_user_fn on_user, void *owner,
    struct error *err);
