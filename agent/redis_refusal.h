/* What Redis said when it last refused a command: a Redis that is full, or read-only,
 * is there and quick, and still of no use. Pure: it is told the time. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/units.h"

struct redis_reply;

enum { REDIS_REFUSAL_SIZE = 160 };

/* Nobody may have tried since: then it is not known any more. */
#define REDIS_REFUSAL_KNOWN_NS (60 * NS_PER_S)

/* All zero: none. */
struct redis_refusal {
    uint64_t last_ns;             /* monotonic */
    char why[REDIS_REFUSAL_SIZE]; /* safe to show; "" for none */
};

/* An error is a refusal; anything else, NULL for no reply at all as well, changes
 * nothing: an answer need not mean that something was kept. */
void redis_refusal_note(
    struct redis_refusal *refusal, const struct redis_reply *reply, uint64_t now_ns);

/* What was asked for has been done. */
void redis_refusal_end(struct redis_refusal *refusal);

/* In the words of Redis; NULL for none within REDIS_REFUSAL_KNOWN_NS. Borrowed. */
const char *redis_refusal_why(const struct redis_refusal *refusal, uint64_t now_ns);
