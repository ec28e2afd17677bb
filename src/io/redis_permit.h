/* Which commands an authority may send: the allow-lists of Redis. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/scan.h"

bool redis_permit_read(const struct slice *args, size_t arg_count);

/* Setting the key of a rollout with an end to its life, and nothing else. */
bool redis_permit_publish(const struct slice *args, size_t arg_count);

/* The reads, and what a load run that is shared
 * between machines does to its own keys. */
bool redis_permit_load(const struct slice *args, size_t arg_count);
