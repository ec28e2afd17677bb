/* What a rollout knows as bytes, so that it goes
 * on after a crash as if nothing had been. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/evidence.h"
#include "core/record.h"

/* All but the known users. Those have a record of their own;
 * or keep each with the facts that evidence_add() returned,
 * in the same transaction, and restore them one by one. */
extern const struct record evidence_record;
enum { EVIDENCE_RECORD_MAX = 256 * 1024 };
