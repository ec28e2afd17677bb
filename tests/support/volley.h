/* A client for benches: asks a server of this machine the same questions again and
 * again over connections that it keeps, one question on each at a time. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { VOLLEY_CONNECTIONS_MAX = 256, VOLLEY_ANSWER_SIZE = 64 * 1024 };

struct volley {
    uint16_t port;               /* of 127.0.0.1 */
    const char *const *requests; /* head and body; connection N sends N modulo */
    size_t request_count;
    unsigned connections; /* at once */
    uint32_t total;       /* requests */
    uint64_t limit_ns;    /* no request is sent after that */
};

struct volley_result {
    uint32_t answered; /* 2xx */
    uint32_t refused;  /* any other status */
    uint32_t lost;     /* connections that ended or made no sense */
    uint64_t took_ns;
};

/* Returns when every request has been answered or the time is over. Answers need a
 * Content-Length. */
struct volley_result volley_fire(const struct volley *volley);
