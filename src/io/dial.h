/* Makes one connected socket: a name is resolved, its addresses are tried in turn, all
 * within one deadline. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct dial;
struct loop;
struct resolve_address;

enum { DIAL_ADDRESSES_MAX = 8 }; /* tried; more are left out */

struct dial_options {
    const char *host; /* name or address, without brackets; copied */
    uint16_t port;
    const char *path; /* of a unix socket, instead; copied */
    /* Addresses of the host, when they are known: it is not asked for. Copied. */
    const struct resolve_address *known;
    size_t known_count;
    uint64_t timeout_ns; /* of everything */
};

/* The connected socket, non-blocking, is the owner's; -1 says why there is none. */
typedef void (*dial_done_fn)(void *owner, int socket, const struct error *why);

/* `on_done` runs once, never inside this call; the dial is gone when it starts. */
struct dial *dial_start(
    struct loop *loop, const struct dial_options *options, dial_done_fn on_done,
    void *owner);
void dial_free(struct dial *dial);
