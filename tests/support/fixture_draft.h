/* A rollout that may be started from the screens. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/rollout_draft.h"

/* 5 %, 25 %, 50 %, all; ten minutes to an hour each. */
struct rollout_draft fixture_draft(void);
