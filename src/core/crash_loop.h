/* Tells a process that ends again and again from one that was restarted. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { CRASH_LOOP_ENDS = 3 }; /* within CRASH_LOOP_NS: a loop */

#define CRASH_LOOP_NS (60 * UINT64_C(1000000000))

/* All zero is a process that has not ended yet. */
struct crash_loop {
    uint64_t ends_ns[CRASH_LOOP_ENDS]; /* when it did; a ring */
    uint32_t count;                    /* ever */
};

void crash_loop_add(struct crash_loop *loop, uint64_t now_ns);
bool crash_loop_is_on(const struct crash_loop *loop, uint64_t now_ns);
