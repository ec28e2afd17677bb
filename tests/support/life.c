/* SPDX-License-Identifier: MIT */
#include "support/life.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

int life_of(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

bool life_ends(int life, int limit_ms) {
    struct pollfd end = {.fd = life, .events = POLLIN};
    return life < 0 || poll(&end, 1, limit_ms) == 1;
}

bool process_ends(pid_t pid, int limit_ms) {
    int life = life_of(pid);
    bool ended = life_ends(life, limit_ms);
    if (life >= 0) close(life);
    return ended;
}
