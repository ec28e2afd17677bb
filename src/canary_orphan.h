/* A rollout that is open while its controller cannot be reached: traffic may still be
 * on its canary, and nobody says so. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "core/target.h"
#include "history/lock.h"

/* Whether somebody holds the rollout of the target on this machine; who, in `who`. */
bool canary_orphan_is_held(const struct target *target, struct lock_holder *who);

/* False when the journal has no open rollout of the target.
 * Otherwise `why` says which one it is, and what to do;
 * or that the journal cannot be read, and so nobody knows. */
bool canary_orphan_explain(const struct target *target, struct error *why);
