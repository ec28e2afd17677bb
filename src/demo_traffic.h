/* Gentle traffic for the demo's front door: arrivals do not wait for answers, and there
 * is a bound to what is open at once. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/error.h"

struct demo_traffic;
struct loop;

enum {
    DEMO_TRAFFIC_OPEN_MAX = 128
}; /* requests at once; arrivals beyond are dropped */

struct demo_traffic_options {
    const char *url; /* of the front door, without a path; copied */
    double rps;      /* arrivals per second on average; above 0, at most 1000 */
    uint64_t seed;
};

struct demo_traffic_counts {
    uint64_t sent, answered, failed, dropped; /* failed: 5xx or no answer */
};

/* NULL when the options make no sense. */
struct demo_traffic *demo_traffic_new(
    struct loop *loop, const struct demo_traffic_options *options, struct error *err);
void demo_traffic_free(struct demo_traffic *traffic);
struct demo_traffic_counts demo_traffic_count(const struct demo_traffic *traffic);

/* The whole program of the traffic's process: until SIGTERM, SIGINT, SIGHUP or the end
 * of its leash. Returns an exit code. */
int demo_traffic_run(const struct demo_traffic_options *options, struct error *err);
