/* A load run that several machines share, as the command line asks for it: one of its
 * shards, or the collector of all. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "actions/load_mail.h"
#include "core/scenario.h"
#include "invocation.h"

struct load_split {
    bool collects;          /* --shards N */
    bool takes_part;        /* --shard I/N */
    uint32_t shard, shards; /* `shard` counts from 0 */
    const char *url;        /* of Redis; borrowed; may hold a password */
    char name[LOAD_MEETING_SIZE];
    char who[LOAD_WHO_SIZE]; /* this process: "host (pid 7)" */
    uint64_t patience_ns;
};

/* Neither of the two when nothing of it was asked for. `scenario` gives the name when
 * --run does not. */
bool load_split_read(
    struct load_split *split, const struct invocation *invocation,
    const struct scenario *scenario, struct error *err);
