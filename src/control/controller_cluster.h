/* A controller whose target is in a cluster: for the files of the controller alone.
 * Without a cluster all of it is fine, and nothing happens. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "control/controller_state.h"

/* The way there, which all that is done there shares. */
bool controller_open_cluster(struct controller *controller, struct error *err);
bool controller_open_guardian(struct controller *controller, struct error *err);
/* To write with in the cluster; 0 while we may not. */
uint64_t controller_cluster_epoch(const struct controller *controller);

/* Begins to follow the pods of each track that is made of pods. */
void controller_open_pods(struct controller *controller);
