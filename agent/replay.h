/* The answer to a request that was made before with the same Idempotency-Key. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct exchange;
struct redis_reply;

/* `reply` is of the scripts that submit a job or claim a key, NULL for none. True when
 * the key was used before: then the exchange has been answered. Of the same request
 * whoever waits gets the answer once there is one, others 202 and where to look; both
 * say X-Agent-Idempotency: replayed. Another request gets 422. */
bool replay_promised(
    struct exchange *exchange, const struct redis_reply *reply, bool waits);
