/* Makes blocks of counts out of what the processes of both sides tell one after the
 * other: one is whole when each of them has been heard. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/crash_loop.h"
#include "core/metric_block.h"
#include "core/request_rate.h"
#include "core/state_sizes.h"

enum { BLOCK_MEMBERS_MAX = 64 };

/* clang-format off */
/*    id               words, after the name of a process */
#define BLOCK_TROUBLES(X) \
    X(BLOCK_UNHEARD,   "has not told its metrics yet"), \
    X(BLOCK_SOUND,     ""), \
    X(BLOCK_SILENT,    "does not tell its metrics"), \
    X(BLOCK_MIXED,     "is several processes: list each one"), \
    X(BLOCK_CUT,       "tells more metrics than can be read"), \
    X(BLOCK_DOUBLE,    "is found more than once by its selector"), \
    X(BLOCK_MUTE,      "does not count which requests failed")
/* clang-format on */

#define X(id, words) id
enum block_trouble { BLOCK_TROUBLES(X), BLOCK_TROUBLE_COUNT };
#undef X

/* A process that counts; it stays where it is until it leaves. */
struct block_member {
    char name[STATE_NAME_SIZE];
    enum arm arm;
    enum block_trouble trouble;
    bool is_there, is_in;      /* in: its counts are in the block that is being made */
    uint64_t at_ns;            /* of its last reading that could be used; 0 for none */
    uint64_t heard_ns;         /* of its last one; 0 for none */
    struct buckets counted;    /* latencies since it began */
    struct crash_loop crashes; /* as its counters show them */
    struct request_rate rate;  /* also of what is in no block */
};

struct block_maker {
    struct block_member members[ARM_COUNT][BLOCK_MEMBERS_MAX];
    struct metric_limits limits;
    bool has_limits;
    struct metric_block block; /* in the making */
    uint64_t block_ns;         /* since when; 0: since the first reading */
    uint64_t warm_until_ns;
    int64_t wall_ms; /* the owner's: of the wall clock, less what that of now_ns says */
    uint32_t weight_bp; /* the owner's: at all traffic the canary alone is enough */
    uint64_t whole_ns;  /* the oldest reading of the newest whole block; 0 for none */
    uint64_t spoilt_ns; /* when something contradicted last; 0 for never */
    bool spoilt_by_fall;
    uint64_t requests; /* of both sides, in all blocks */
    uint64_t fallen;   /* readings with a counter that fell though nothing restarted */
    uint32_t restarts[ARM_COUNT];
};

/* NULL when there is no room. */
struct block_member *block_maker_join(
    struct block_maker *maker, enum arm arm, const char *name);
void block_maker_leave(struct block_member *member);
uint32_t block_maker_count(const struct block_maker *maker, enum arm arm);

/* A new weight: what was counted of the interval under way belongs to the one before,
 * and latencies of blocks that begin until then do not count. */
void block_maker_warm_up(struct block_maker *maker, uint64_t now_ns, uint64_t until_ns);

/* What a process has told. True when a block is whole by it. */
bool block_maker_take(
    struct block_maker *maker, struct block_member *member,
    const struct reading *reading, uint64_t now_ns, struct metric_block *whole);

/* It did not tell anything, or what it told contradicts the rest. */
void block_maker_miss(struct block_member *member, enum block_trouble trouble);
void block_maker_spoil(struct block_maker *maker, uint64_t now_ns);
