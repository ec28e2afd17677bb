/* What the configuration says about a rollout of the target, for the screens. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "config.h"
#include "ui/rollout_draft.h"

/* A target of which none can be started says why. */
void rollout_draft_fill(struct rollout_draft *draft, const struct config *config);
