/* A gate over a run that goes on: judged every second, remembered when it broke. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/gate.h"

struct gate_window;

struct gate_watch {
    struct gate gate;
    struct gate_window *window; /* owned; NULL when it is over the whole run */
    struct gate_finding now;    /* of the last second */
    struct gate_finding worst;  /* of the window that kept it least */
    bool broken;                /* a window did not keep it */
    uint32_t broken_at_s;       /* from the start of the run */
    uint32_t second;            /* seen so far */
    uint32_t steady_s;          /* since when the load does not grow any more */
};

void gate_watch_init(struct gate_watch *watch, const struct gate *gate);
void gate_watch_clear(struct gate_watch *watch);

/* A second of the gate's requests, and all of them so far. A window in which the load
 * still grew (`ramping`) says nothing about a rate that has to be reached. */
void gate_watch_on_second(
    struct gate_watch *watch, const struct gate_figures *second,
    const struct gate_figures *total, bool ramping);

/* What holds for the run so far. A window that broke stays broken; a run that is
 * shorter than the window is inconclusive. */
struct gate_finding gate_watch_finding(const struct gate_watch *watch);
