/* How many calls may be out at once: found by trying, like the window of TCP.
 * Grows by one after as many good calls as fit at once,
 * is halved by a sign of overload (AIMD; Chiu and Jain 1989). */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

enum { CONCURRENCY_START = 4 };

struct concurrency {
    uint32_t limit, most; /* 1 to `most` */
    uint32_t successes;   /* since the limit changed */
    uint64_t halved_ns;   /* when last; 0 for never */
};

/* `most` is at least 1. */
void concurrency_init(struct concurrency *concurrency, uint32_t most);

/* A call ended well while `out` were out, it included: only a limit that is used up
 * grows, since nothing is known about what lies beyond. */
void concurrency_on_success(struct concurrency *concurrency, uint32_t out);

/* A call that began at `started_ns` met a rate limit,
 * an overload or a time-out. Calls that began before the last
 * halving tell the same bad news: they halve nothing more. */
void concurrency_on_overload(
    struct concurrency *concurrency, uint64_t started_ns, uint64_t now_ns);
