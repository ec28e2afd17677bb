/* Lets a version in and waits for the outcome:
 * what `start` and `monitor --act` share. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct invocation;

/* Returns the exit code. `bounded`: within --duration;
 * what is not decided then is put on hold. */
int canary_start_for(const struct invocation *invocation, bool bounded);
