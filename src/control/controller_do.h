/* How effects begin and end: for the files that carry them out. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "control/controller_state.h"
#include "control/deploy.h"

/* What an intent has come to; it is written down with the next transition. */
void controller_end_intent(struct controller *controller, bool ok, const char *words);

/* A weight has been set, or has not; `words` say how that is known, or why not. */
void controller_on_set(
    struct controller *controller, enum rollout_set how, const char *words);

/* Gives a track the version; in place of what was deployed before. */
void controller_deploy(
    struct controller *controller, enum track track, const char *version,
    deploy_done_fn on_done);

/* Stable gets the version that was promoted, or the one before. */
void controller_finalize(struct controller *controller);
void controller_restore(struct controller *controller);
void controller_wait_for_stable(struct controller *controller, uint64_t now_ns);
