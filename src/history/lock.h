/* Who may act on a target: one operator at a time,
 * known by name, gone with its process. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "core/state.h"

enum { LOCK_PURPOSE_SIZE = 64 };

/* A file per target says who holds it and with which epoch; the byte with the number of
 * the epoch is locked, and the kernel releases it whatever kills the holder. So a dead
 * holder holds nothing, and who takes over does so by raising the epoch: the one before
 * finds out when he asks lock_is_mine(), even if he was stopped meanwhile. */
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
 * ops1 (pid 7) since ..." when somebody else has it; then `who`, unless NULL, is
 * filled. The pid and the epoch are set here. */
struct lock *lock_take(
    const char *folder, const char *target, const struct lock_holder *me,
    struct lock_holder *who, struct error *err);

/* The same, but who holds it loses it; he is in `who`,
 * with pid 0 for nobody. `me->epoch` says who is meant:
 * anybody else keeps it, ERROR_CONFLICT. 0 means whoever it is. */
struct lock *lock_take_over(
    const char *folder, const char *target, const struct lock_holder *me,
    struct lock_holder *who, struct error *err);

/* Where the file system takes nothing, or lock_take() has failed
 * with ERROR_SYSTEM, and nothing can be written down: the epoch is the
 * next one, and one process has it at a time, of which lock_is_held()
 * does not tell. Who holds it by the file keeps it unless `me->epoch`
 * means him; he is in `who`, as above. */
struct lock *lock_borrow(
    const char *folder, const char *target, const struct lock_holder *me,
    struct lock_holder *who, struct error *err);

/* Whether nobody has taken it over: to be asked right before every effect. */
bool lock_is_mine(const struct lock *lock);

/* Whether somebody has taken it over, and who did last, even if he has left since. */
bool lock_is_taken(const struct lock *lock, struct lock_holder *who);

/* NULL is fine. */
void lock_free(struct lock *lock);
uint64_t lock_epoch(const struct lock *lock);

/* It is somebody else's from now on, and still of the same epoch and process: `to` says
 * whose, and since when. False when it is not ours any more, or cannot be written. */
bool lock_hand_over(struct lock *lock, const struct lock_holder *to, struct error *err);

/* Looks without taking: true while somebody holds it. `who` is the one, or who had it
 * last; untouched when nobody ever had. */
bool lock_is_held(const char *folder, const char *target, struct lock_holder *who);
