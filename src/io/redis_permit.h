/* Which commands a reader may send: the allow-list of Redis reads. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/scan.h"

bool redis_permit_read(const struct slice *args, size_t arg_count);
