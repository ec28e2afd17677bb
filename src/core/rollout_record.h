/* A rollout as bytes, to be taken up again by another process. Times do not outlive it:
 * the one who reads knows how long ago it was. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/record.h"
#include "core/rollout.h"

enum { ROLLOUT_RECORD_MAX = 4096 };

extern const struct record rollout_record;
