/* What a made-up world consists of: its faults,
 * its router, and where controllers sit. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "control/controller.h"
#include "control/front.h"
#include "control/router.h"
#include "control/traffic.h"

/* What goes wrong, each until that time. */
struct made_up_faults {
    uint64_t router_silent_ns, router_unsure_ns;
    uint64_t canary_down_ns;
    uint64_t blind_ns, contradicts_ns, split_broken_ns, unwell_ns;
    uint64_t disk_full_ns, journal_held_ns; /* at most one of them */
};

struct made_up_router {
    uint32_t weight_bp; /* that was written; holds until the lease runs out */
    uint64_t epoch, lease_until_ns;
};

/* A controller and what belongs to it. */
struct made_up_seat {
    struct loop *loop; /* NULL: nobody sits there */
    struct controller *controller;
    uint64_t epoch;
    uint64_t wakes_ns; /* it is stopped until then; 0: it runs */
    front_order_fn on_order;
    void *order_owner;
    struct traffic_options traffic;
    bool has_traffic;
    struct rollout_status status; /* as published last */
};
