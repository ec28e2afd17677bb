/* How much of the rollout can be seen at the time that is shown, and what the verdict
 * row says of it. What was said last is never taken for what is. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/rollout_status.h"
#include "ui/finding.h"
#include "ui/scene.h"

enum rollout_shown {
    ROLLOUT_NONE,   /* none is under way */
    ROLLOUT_LIVE,   /* its controller speaks */
    ROLLOUT_SILENT, /* it is there and has said nothing for too long */
    ROLLOUT_LOST,   /* it went away in the middle of the rollout */
    ROLLOUT_LEFT,   /* the rollout has ended, and it went away */
};

enum rollout_shown rollout_shown(const struct scene *scene);

/* Whether the last one ended in its preflight: nothing of it was ever under way. */
bool rollout_was_refused(const struct rollout_status *rollout);

/* Since its controller said something; for all but ROLLOUT_NONE. */
uint64_t rollout_shown_age_ns(const struct scene *scene);

/* Whether traffic goes to the canary, or may: everything from its start to its end. */
bool rollout_is_under_way(const struct rollout_status *rollout);

/* "watching", "HOLD blind", "rolled back". */
void rollout_add_phase(struct text *text, const struct rollout_status *rollout);
enum role rollout_phase_role(const struct rollout_status *rollout);

/* Why it stands where it stands, in words: the controller's own, or what the kind of
 * hold means; "" when there is nothing to say. */
const char *rollout_reason(const struct rollout_status *rollout);

/* False when there is nothing that an operator has to be told. */
bool rollout_find(const struct scene *scene, struct finding *finding);
