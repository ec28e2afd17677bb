/* The load of a run that several machines share: has its shards begin at one moment,
 * adds up what they report through Redis, and ends them. The same to its owner as
 * actions/load, and it sends no load itself. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "actions/load.h"
#include "actions/load_mail.h"

struct load_gather;

struct load_gather_options {
    const char *url;      /* of Redis; borrowed for the call */
    const char *name;     /* what all meet under; the same */
    uint64_t patience_ns; /* until all have come */
    uint32_t shards;      /* 1 to LOAD_SPLIT_MAX */
    const char *who;      /* "host (pid 7)"; borrowed for the call */
    /* How the gathering goes: who has come, and who is waited for. */
    void (*on_wait)(void *owner, const char *words);
    struct load_options load; /* its program, workers and stderr_fd are nobody's */
};

struct load_gather *load_gather_start(
    struct loop *loop, const struct load_gather_options *options, struct error *err);

/* Shards that still run end within LOAD_LEASE_NS. */
void load_gather_free(struct load_gather *gather);

/* As those of actions/load. */
void load_gather_set_level(struct load_gather *gather, double level);
void load_gather_stop(struct load_gather *gather);
void load_gather_cut(struct load_gather *gather);
