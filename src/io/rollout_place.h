/* Where a target's rollout controller is spoken to. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "core/target.h"
#include "io/folders.h"

/* The socket that the target is configured with; else rollout-NAME.sock in the runtime
 * folder, so that every program of this user finds it. */
bool rollout_place(
    const struct target *target, char path[FOLDER_PATH_SIZE], struct error *err);

enum {
    ROLLOUT_LOCK_SIZE = STATE_NAME_SIZE + 16,
    ROLLOUT_KEY_SIZE = ROLLOUT_LOCK_SIZE + 16
};

/* The name under which its controller holds the lock, beside the operator's own. */
void rollout_lock_name(const char *target, char name[ROLLOUT_LOCK_SIZE]);

/* The key of Redis under which its controller publishes where it stands. */
void rollout_key(const char *target, char key[ROLLOUT_KEY_SIZE]);
