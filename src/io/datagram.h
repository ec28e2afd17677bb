/* Receives datagrams on a unix socket, such as HAProxy's log. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

struct datagram;
struct loop;

enum { DATAGRAM_SIZE_MAX = 8192 }; /* longer ones are counted and dropped */

typedef void (*datagram_fn)(void *owner, struct slice bytes);

/* The socket has mode 0600; a left-over one is replaced. */
struct datagram *datagram_new(
    struct loop *loop, const char *path, datagram_fn on_datagram, void *owner,
    struct error *err);

/* Also removes the socket. */
void datagram_free(struct datagram *datagram);
uint64_t datagram_dropped_count(const struct datagram *datagram);
