/* Finds the addresses of a target that can be connected to, and with TLS be trusted,
 * before anything depends on it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "core/load_plan.h"
#include "io/resolve.h"

struct loop;
struct reach;
struct tls_config;

enum { REACH_ADDRESSES_MAX = 16 }; /* of one name; more are left out */

struct reach_result {
    size_t count;                            /* 0: none, and `why` says so */
    const struct resolve_address *addresses; /* borrowed; in the system's order */
    size_t missed;                           /* those of the name that do not answer */
    struct error why;                        /* of the first of them */
};

/* The reach is gone when it starts. */
typedef void (*reach_done_fn)(void *owner, const struct reach_result *result);

/* `on_done` runs once, never inside this call. The target and `tls`, NULL for none, are
 * borrowed. */
struct reach *reach_start(
    struct loop *loop, const struct load_target *target, const struct tls_config *tls,
    reach_done_fn on_done, void *owner);
void reach_free(struct reach *reach);
