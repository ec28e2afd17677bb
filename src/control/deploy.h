/* How the instances of a track come to be another version: somebody else sees to it, a
 * command does, or a cluster. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/metric.h"
#include "core/target.h"

struct deploy;
struct kubernetes;
struct loop;

/* Borrowed for the call, but for the target and the cluster. */
struct deploy_wish {
    const struct target *target;
    struct kubernetes *kubernetes; /* the way to its cluster; NULL without one */
    enum track track;
    const char *version;
    uint64_t epoch;
};

/* Whether all that can be done about it was done; whether the instances are there then
 * is another question. `words` say why not. */
typedef void (*deploy_done_fn)(void *owner, bool ok, const char *words);

/* `on_done` runs once, not inside this call; it still has to be freed. */
struct deploy *deploy_start(
    struct loop *loop, const struct deploy_wish *wish, deploy_done_fn on_done,
    void *owner);

/* Ends it, without a callback. NULL is fine. */
void deploy_free(struct deploy *deploy);
