/* How long something that joins a queue now will have to wait, after how fast the queue
 * moves (Little's law: wait = length / rate). Only a queue in which somebody waits
 * shows how fast it can move. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What is seen of the queue, about once a second. */
struct outlook_sample {
    uint64_t at_ns;
    uint64_t waiting;   /* now */
    uint64_t finished;  /* ever; a smaller number than before starts anew */
    uint64_t oldest_ns; /* how old the oldest unfinished one is; 0: none */
};

/* All zero: nothing is known. */
struct outlook {
    bool is_known;
    struct outlook_sample last;
    double moved, over_s; /* so many finished in so much time with somebody waiting */
};

void outlook_on_sample(struct outlook *outlook, const struct outlook_sample *sample);
/* The queue cannot be seen: forget it. */
void outlook_lose(struct outlook *outlook);

/* Whether whoever joins now would hardly be served within `limit_ns`: then `wait_ns` is
 * how much too long the wait is. False while not enough is known. */
bool outlook_is_too_long(
    const struct outlook *outlook, uint64_t limit_ns, uint64_t *wait_ns);
