/* The manual page in mdoc: made from the tables, so that it cannot lag behind. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"

enum { MANUAL_BYTES_MAX = 128 * 1024 };

void manual_add(struct buffer *to);
