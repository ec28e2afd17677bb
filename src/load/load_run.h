/* What all clients of one generator share. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/load_report.h"
#include "core/needle.h"
#include "core/random.h"

struct client;
struct crowd;
struct request_book;
struct strands;

struct load_run {
    const struct load_plan *plan; /* borrowed */
    struct strands *strands;      /* borrowed, as what follows */
    struct request_book *book;
    struct load_report *report; /* of the running interval */
    struct crowd *crowd;
    struct needle needles[LOAD_TASKS_MAX];
    struct random random;
    uint64_t start_ns;      /* when the run began, by loop_clock_ns() */
    uint64_t seq;           /* of the last request */
    uint64_t requests_left; /* UINT64_MAX for any number */
    uint64_t busy;          /* clients with a turn that has not ended */
    uint64_t in_flight;     /* requests that were sent and have not ended */
    uint64_t connections;   /* that are open */
    bool draining;          /* no turn begins any more */
};
