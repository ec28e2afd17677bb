/* `flightdeck load --shard I/N`: sends one part
 * of a load that several machines share. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/target.h"
#include "invocation.h"
#include "load_split.h"
#include "load_wish.h"

struct load_shard {
    const struct invocation *invocation; /* borrowed, as all here */
    const struct target *target;
    const struct load_wish *wish;
    const struct load_split *split;
};

/* Returns the exit code. */
int load_shard_send(const struct load_shard *shard);
