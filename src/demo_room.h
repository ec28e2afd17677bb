/* How many users a demo can hold at once with the descriptors that are allowed here. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

/* For the router, which needs two descriptors for each, one to the user and one to an
 * agent; at most `most`. */
uint32_t demo_room_users(uint64_t descriptors, uint32_t most);

/* The descriptors that a process may have here when it raises its own limit. */
uint64_t demo_room_descriptors(void);
