/* What it costs to watch 64 instances once a second, HTTP and all: an engine's
 * processor time, with the instances in a process of their own. */
/* SPDX-License-Identifier: MIT */
#pragma once

struct poll_cost {
    double cpu_ratio;  /* of one core */
    unsigned answered; /* polls */
    unsigned failed;
    unsigned wanted; /* so many have to be answered */
};

/* Takes about a quarter of a minute. */
struct poll_cost poll_cost_measure(void);
