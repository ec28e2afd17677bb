/* One shard of a load run that several machines share: follows its collector's orders
 * in Redis, has a generator here do its part, and passes on what that reports. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "actions/load_mail.h"

struct load_share;

struct load_share_options {
    const char *url;              /* of Redis; borrowed for the call */
    const char *name;             /* what all meet under; the same */
    const char *program;          /* flightdeck-load; borrowed */
    const struct load_plan *plan; /* with its shard and shards; borrowed for the call */
    const char *who;              /* "host (pid 7)"; borrowed for the call */
    uint64_t patience_ns;         /* until a collector has come */
    int stderr_fd;                /* borrowed */
    void (*on_say)(void *owner, const char *words); /* how it goes until the start */
    void (*on_report)(void *owner, const struct load_report *report);
    /* Once, the last one; the share still has to be freed. ERROR_NONE when it did its
     * part and all of its reports are with Redis. */
    void (*on_finish)(void *owner, const struct error *err);
    void *owner;
};

struct load_share *load_share_start(
    struct loop *loop, const struct load_share_options *options, struct error *err);

/* Kills the generator if it still runs. */
void load_share_free(struct load_share *share);

/* Somebody here wants it to end: answers are waited for;
 * the second time they are not. */
void load_share_stop(struct load_share *share);
