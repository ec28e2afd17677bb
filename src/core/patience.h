/* How old the last value of something that is polled may be before it is stale. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/state.h"

/* Older than this means that a poll was missed. */
uint64_t patience_ns(const struct state *state);
