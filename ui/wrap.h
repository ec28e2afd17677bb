/* Long words over several rows, broken where people would. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/scan.h"

/* What fits in one row, at least one character: up to the last blank in its second
 * half, or as far as it goes. The blank at the break belongs to neither row. */
struct slice wrap_next(struct scan *scan, int width);
