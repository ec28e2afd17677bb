/* Decimal text to double, correctly rounded and fast:
 * most of what a scrape is made of. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/scan.h"

enum { DECIMAL_LENGTH_MAX = 320 }; /* longer is refused */

/* Takes "-12.5e+3" from the front; false,
 * nothing taken, when no number stands there. */
bool decimal_take(struct scan *scan, double *value);
