/* SPDX-License-Identifier: MIT */
#include "demo_room.h"

#include <sys/resource.h>

enum {
    FOR_EACH = 2,
    FOR_ITSELF = 128, /* listeners, checks, its log, its socket, pipes */
    LEAST = 16,
    DEFAULT = 1024, /* what POSIX systems give when they do not say */
};

uint32_t demo_room_users(uint64_t descriptors, uint32_t most) {
    if (descriptors < FOR_ITSELF + FOR_EACH * LEAST) return LEAST;
    uint64_t users = (descriptors - FOR_ITSELF) / FOR_EACH;
    return users < most ? (uint32_t)users : most;
}

uint64_t demo_room_descriptors(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : DEFAULT;
}
