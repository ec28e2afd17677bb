/* The rollouts of the history as a controller sees them: every write happens off the
 * loop, in order, and is on disk before its callback runs. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "history/rollout_rows.h"

struct loop;
struct rollouts;

enum { ROLLOUTS_PENDING_MAX = 128 };

/* For so long a first row is tried while somebody else holds the file. */
#define ROLLOUTS_BEGIN_MAX_NS (5 * UINT64_C(1000000000))

/* An empty path is the one of store_path(). Opens the file, and waits for that. */
struct rollouts *rollouts_new(struct loop *loop, const char *path, struct error *err);

/* The write that is under way still completes, those behind it are dropped. No callback
 * runs. NULL is fine. */
void rollouts_free(struct rollouts *rollouts);

/* Asked before each transaction: once it says no, what waits ends with ERROR_CONFLICT,
 * for whoever was deposed while somebody held the file. */
typedef bool (*rollouts_fence_fn)(void *owner);
void rollouts_fence(
    struct rollouts *rollouts, rollouts_fence_fn may_write, void *owner);

/* Whether the file has gone from its place:
 * what is written to it nobody will ever read. */
bool rollouts_are_gone(const struct rollouts *rollouts);

/* For how long somebody else has held the file,
 * and what is to be written waits; 0: not. */
uint64_t rollouts_held_ns(const struct rollouts *rollouts);

/* Before anything was written: waits for the answer. See rollout_rows_find(). */
bool rollouts_find(
    struct rollouts *rollouts, const char *target, struct rollout_found *found,
    struct error *err);

/* In the same way. See rollout_rows_claim(). */
bool rollouts_claim(
    struct rollouts *rollouts, const struct rollout_found *found, uint64_t epoch,
    struct error *err);

bool rollouts_users(
    struct rollouts *rollouts, const char *id, rollout_user_fn on_user, void *owner,
    struct error *err);

/* The open rollout of a target, read from the file of store_path() as it is: nothing is
 * made, nothing is changed. ERROR_NOT_FOUND when none is open. */
bool rollouts_peek(const char *target, struct rollout_found *found, struct error *err);

/* `err` is ERROR_NONE when it is on disk;
 * otherwise its effect must not start. Never NULL. */
typedef void (*rollouts_done_fn)(void *owner, const struct error *err);

/* In one transaction, with all that waits for one;
 * the arguments are copied. While somebody else holds the file
 * it is tried again and again, and only what is new gives up. */
void rollouts_add(
    struct rollouts *rollouts, const struct rollout_row *row,
    rollouts_done_fn on_written, void *owner);
void rollouts_beat(
    struct rollouts *rollouts, const struct rollout_beat *beat,
    rollouts_done_fn on_written, void *owner);
