/* Finds the address of a target that can be connected to, and with TLS be trusted, before
 * anything depends on it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "core/load_plan.h"
#include "io/resolve.h"

struct loop;
struct reach;
struct tls_config;

/* `address` is NULL, and `why` says so, when there is none. The reach is gone when it
 * starts. */
typedef void (*reach_done_fn)(
    void *owner, const struct resolve_address *address, const struct error *why);

/* `on_done` runs once, never inside this call. The target and `tls`, NULL for none, are
 * borrowed. */
struct reach *reach_start(
    struct loop *loop, const struct load_target *target, const struct tls_config *tls,
    reach_done_fn on_done, void *owner);
void reach_free(struct reach *reach);
