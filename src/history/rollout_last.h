/* The newest rollout of a target as it was written down last, for who only looks. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/rollout.h"

struct rollout_last {
    struct rollout rollout; /* without times */
    uint64_t epoch;
    int64_t at_ms; /* wall clock: when it ended, or was known to be alive */
};

/* ERROR_NOT_FOUND when there was none. Waits for the file, and makes none. An empty
 * path is the one of store_path(). */
bool rollout_last_read(
    const char *path, const char *target, struct rollout_last *last, struct error *err);

/* The version that a rollout went away from, as far as it is known: a recording may be
 * begun before it was learned. False without it. */
bool rollout_last_before(
    const char *path, const char *id, char version[STATE_VERSION_SIZE]);
