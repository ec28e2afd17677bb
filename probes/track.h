/* The instances of one track: listed one by one, found through the DNS or by whoever
 * follows a cluster's pods; their answers added up. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "probes/places.h"
#include "probes/probe.h"

struct track_watch;

/* NULL when the target has no such track. */
struct track_watch *track_watch_new(struct probe_context *context, enum track track);
/* All instances that are found rather than listed:
 * who is not among them is forgotten. */
void track_watch_follow(
    struct track_watch *watch, const struct place *places, uint32_t count);
void track_watch_free(struct track_watch *watch);
