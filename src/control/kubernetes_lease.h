/* Holds a Lease of a cluster: takes it, renews it, says when it is lost. It tells one
 * controller from another; what they may write the epoch tells (core/epoch_fence.h). */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/lease_record.h"

struct kubernetes;
struct kubernetes_lease;
struct loop;

struct lease_wish {
    struct kubernetes *kubernetes; /* the cluster; borrowed */
    const char *name, *holder;     /* copied; holder: "alice@ops1" */
    int64_t duration_s;            /* renewed three times in it */
    uint64_t epoch; /* at least; newer than that of whoever had it before */
    bool force;     /* takes it from whoever has it; else only long after it ran out */
};

/*  TAKING ──► HELD ──► LOST       given back: RELEASED
 * None runs inside a call. */
struct lease_handlers {
    void (*on_held)(void *owner, uint64_t epoch); /* the one to write with */
    /* The last one: somebody else holds it (ERROR_CONFLICT, with his name), or it could
     * not be renewed in time. It still has to be freed. */
    void (*on_lost)(void *owner, const struct error *why);
    void (*on_released)(void *owner); /* or was lost when it was to be given back */
};

struct kubernetes_lease *kubernetes_lease_take(
    struct loop *loop, const struct lease_wish *wish,
    const struct lease_handlers *handlers, void *owner);
/* Nobody holds it any more, which is no silence: core/dead_man.h. */
void kubernetes_lease_release(struct kubernetes_lease *lease);
void kubernetes_lease_free(struct kubernetes_lease *lease);
