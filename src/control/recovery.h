/* A rollout that another controller has left open: found in the history, taken up when
 * the router has said where it stands. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "control/controller_state.h"

/* Whether there is one that can be taken up: asked before its controller is ended. */
bool recovery_look(struct controller *controller, struct error *err);

/* Whether what there is fits what is asked for: none to begin one, one to take up. */
bool recovery_find(struct controller *controller, struct error *err);

/* What it is decided from is recorded; what was by another controller counts. */
void recovery_begin_recording(struct controller *controller);

/* What had been counted by then. */
void recovery_restore(struct controller *controller);

/* The router speaks for the first time, or does not. */
void recovery_on_reading(
    struct controller *controller, const struct rollout_reading *reading);

/* It goes back, whatever the router may say. */
void recovery_skip(struct controller *controller, const char *who, const char *reason);
