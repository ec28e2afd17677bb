/* How a bench speaks: figures of several rounds, and at its end one line per bar. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { BARS_ROUNDS_MAX = 32 };

struct spread {
    double least, median, most;
};

struct spread spread_of(const double *values, size_t count);

/* "bar NAME VALUE LIMIT ok", or "short" at its end. */
void bar_at_most(const char *name, double value, double limit);
void bar_at_least(const char *name, double value, double limit);

/* For what could not be measured: says why, and that the bar is short. */
void bar_unknown(const char *name, double limit, const char *why);
