/* Host names to addresses, off the loop's thread. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"

struct resolve;
struct loop;

enum {
    RESOLVE_ADDRESSES_MAX = 64, /* more are left out */
    RESOLVE_HOST_SIZE = 256,
    RESOLVE_TEXT_SIZE = 56, /* "[address]:port" */
};

struct resolve_address {
    struct sockaddr_storage socket;
    socklen_t length;
    char text[RESOLVE_TEXT_SIZE]; /* "127.0.0.1:80", "[::1]:80" */
};

struct resolve_result {
    struct error error; /* ERROR_NONE with at least one address */
    size_t count;
    const struct resolve_address *addresses; /* borrowed; in the system's order */
};

typedef void (*resolve_done_fn)(void *owner, const struct resolve_result *result);

/* `on_done` runs once, never inside this call; the resolve is gone when it starts.
 * There is no deadline in it: the caller has one, and frees. */
struct resolve *resolve_start(
    struct loop *loop, const char *host, uint16_t port, resolve_done_fn on_done,
    void *owner);
void resolve_free(struct resolve *resolve);
