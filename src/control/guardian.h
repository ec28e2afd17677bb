/* What a controller needs in a cluster beside its router: the Lease, which is its sign
 * of life there, and the knowledge whether a watchdog looks for it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct guardian;
struct kubernetes;
struct loop;

struct guardian_wish {
    struct kubernetes *kubernetes; /* the cluster; borrowed */
    const char *lease;             /* copied */
    const char *holder;            /* copied: "alice@ops1" */
    uint64_t epoch;                /* at least */
    bool force;                    /* a takeover */
};

/* Somebody else has it: nothing may be written any more. Not inside a call. */
typedef void (*guardian_lost_fn)(void *owner, const char *words);

struct guardian *guardian_new(
    struct loop *loop, const struct guardian_wish *wish, guardian_lost_fn on_lost,
    void *owner, struct error *err);
void guardian_free(struct guardian *guardian); /* NULL is fine */

/* Whether the Lease is ours; if not, why not yet. NULL is always held. */
bool guardian_holds(const struct guardian *guardian, const char **words);
/* What to write with: at least `least`. */
uint64_t guardian_epoch(const struct guardian *guardian, uint64_t least);
/* Whether a watchdog has given a sign of life lately. */
bool guardian_is_watched(const struct guardian *guardian);

/* The rollout has ended: the watchdog may rest.
 * True once that is written, or cannot be. */
bool guardian_release(struct guardian *guardian);
