/* Who may act on a target: one operator at a time, known by name, gone with its process. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "core/state.h"

enum { LOCK_PURPOSE_SIZE = 32 };

/* A lock on a file per target in the runtime folder: released by the kernel whatever
 * kills its holder. Who holds it, and the epoch that rises with every holder, stand in
 * the file itself. */
struct lock_holder {
    char holder[STATE_NAME_SIZE];
    char host[STATE_NAME_SIZE];
    char purpose[LOCK_PURPOSE_SIZE]; /* "cockpit", "canary" */
    pid_t pid;
    int64_t since_ms; /* wall clock */
    uint64_t epoch;   /* fences what an earlier holder may still send */
};

struct lock;

/* Takes the lock of `target` in `folder`. NULL with ERROR_CONFLICT and "held by ann on
 * ops1 (pid 7) since ..." when somebody else has it; then `who`, unless NULL, is filled.
 * The pid and the epoch are set here. */
struct lock *lock_take(
    const char *folder, const char *target, const struct lock_holder *me,
    struct lock_holder *who, struct error *err);

/* NULL is fine. */
void lock_free(struct lock *lock);
uint64_t lock_epoch(const struct lock *lock);

/* Looks without taking: true while somebody holds it, who in `who`. */
bool lock_is_held(const char *folder, const char *target, struct lock_holder *who);
