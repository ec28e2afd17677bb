/* What the router's log tells of a track's requests beside good and bad ends: which say
 * nothing of its version, which another server answered, and which jobs go on. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Of the requests of a rollout that are judged, since its controller began. */
struct rollout_tally {
    bool known;                     /* counters do not tell requests apart */
    uint64_t clients_left, limited; /* left out: no errors of the version */
    uint64_t redispatched;          /* the first server did not take them */
    uint64_t strayed;               /* of the canary, and stable had to answer */
    uint32_t jobs_open, oldest_job_ms;
};
