/* The end of processes, whoever's children they are. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* A pidfd, which cannot mean somebody else; -1 when there is nobody of that number. */
int life_of(pid_t pid);

/* Waits for its end: false when it is still there
 * after so long. -1 has ended. The pidfd stays open. */
bool life_ends(int life, int limit_ms);

/* The two in one, for a process that is known to be the right one. */
bool process_ends(pid_t pid, int limit_ms);
