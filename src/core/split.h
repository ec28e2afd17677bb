/* How the traffic is divided: what is asked for, and what is seen. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct split {
    bool known;
    float wanted;      /* share of the canary that the lease asks for, 0 to 1 */
    float seen;        /* share of the canary in the traffic since the last poll */
    uint32_t lease_ms; /* until the lease runs out; 0 for none */
    uint64_t at_ns;
};
