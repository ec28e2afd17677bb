/* How much load there is to be at which time: users,
 * or starts per second, in pieces that each go evenly from one
 * level to another. All times are since the start of the run. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/load_plan.h"

enum { LOAD_PIECES_MAX = LOAD_STAGES_MAX + 2 }; /* the users' coming, and the rest */

#define LOAD_NEVER UINT64_MAX

struct load_piece {
    uint64_t start_ns, duration_ns; /* LOAD_NEVER: it never ends; only the last one */
    double from, to;
    double sum; /* of the level over the time before it, in seconds: starts so far */
};

struct load_level {
    uint32_t count;
    struct load_piece pieces[LOAD_PIECES_MAX];
};

void load_level_begin(struct load_level *level, const struct load_plan *plan);

/* From now on another level, for ever; it rises by `per_s` each second (0: at once) and
 * falls at once. What was before is kept in the sum. */
void load_level_set(
    struct load_level *level, uint64_t now_ns, double wanted, double per_s);

/* Times before what load_level_set() forgot count as that time. */
double load_level_at(const struct load_level *level, uint64_t at_ns);

/* How many starts per second that is in all until then. */
double load_level_sum(const struct load_level *level, uint64_t at_ns);

/* When the sum reaches a value; LOAD_NEVER when it does not. */
uint64_t load_level_when(const struct load_level *level, double sum);

/* When start `index` of a shard is due, from 0: the starts of all shards together are
 * evenly spaced, the first one half a space after the beginning. */
uint64_t load_level_start(
    const struct load_level *level, const struct load_plan *plan, uint64_t index);

/* How many users there are to be in all, and when that changes next. The first one of
 * those who come does so at once. */
uint64_t load_level_users(
    const struct load_level *level, uint64_t at_ns, uint64_t *next_ns);

/* The most users that a shard of the plan has at once, or connections. */
uint64_t load_level_connections(const struct load_plan *plan);
