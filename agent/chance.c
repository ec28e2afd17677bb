/* SPDX-License-Identifier: MIT */
#include "agent/chance.h"

#include <stdint.h>

#include "io/loop.h"

double chance(void) {
    uint32_t bits = 0;
    loop_random(&bits, sizeof bits);
    return (double)bits / (double)UINT32_MAX;
}
