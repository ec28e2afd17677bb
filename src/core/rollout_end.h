/* How a rollout ends: after its promotion, when stable gets the version and then the
 * traffic, or on its way back, when stable has to be the version before. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/rollout.h"

/* Stable is the version, or cannot be; `words` say why not. */
struct rollout_effect rollout_on_finalized(
    struct rollout *rollout, bool ok, const char *words, uint64_t now_ns);
/* Stable is the version before again, or nobody can make sure of it. */
struct rollout_effect rollout_on_restored(
    struct rollout *rollout, bool ok, const char *words, uint64_t now_ns);

/* Seen after the promotion, each second. All of stable's instances are the version: */
struct rollout_effect rollout_on_stable_new(struct rollout *rollout, uint64_t now_ns);
/* Stable can be given it: that is done once nobody can go back any more. */
struct rollout_effect rollout_on_replaceable(struct rollout *rollout, uint64_t now_ns);
/* Nothing is to be kept alive: it ends then. */
struct rollout_effect rollout_on_unleased(struct rollout *rollout, uint64_t now_ns);

/* The farthest that it came on its way forward: where it is, where it is held, or where
 * it turned back or was refused. ROLLOUT_IDLE when that was not written down. */
enum rollout_phase rollout_reached(const struct rollout *rollout);

/* Whether the version before is there still, and all traffic may go back to it. */
bool rollout_is_undoable(const struct rollout *rollout, uint64_t now_ns);
