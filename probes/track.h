/* The instances of one track: found one by one or through the DNS, their answers added
 * up. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "probes/probe.h"

struct track_watch;

/* NULL when the target has no such track. */
struct track_watch *track_watch_new(struct probe_context *context, enum track track);
void track_watch_free(struct track_watch *watch);
