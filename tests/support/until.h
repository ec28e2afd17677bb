/* Turns a loop until something holds that nobody tells of. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct loop;

typedef bool (*until_fn)(const void *what, uint64_t value);

/* False when twenty seconds were too short. */
bool until(struct loop *loop, until_fn holds, const void *what, uint64_t value);
