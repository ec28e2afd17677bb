/* Whether one figure rises with another, and how steeply: rank statistics, which
 * neither outliers nor the shape of the noise can fool. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { TREND_POINTS_LEAST = 8, TREND_POINTS_MOST = 96 };

struct trend {
    uint32_t points;
    double slope;     /* y per x: the median over all pairs of points */
    double low, high; /* within which it lies with 99 % confidence */
    double chance;    /* of rising so clearly without any trend, 0 to 1 */
};

/* The slope and its interval after Theil 1950 and Sen 1968, J. Am. Stat. Assoc. 63,
 * 1379-1389; the chance after Mann 1945 and Kendall 1975, one-sided, with the
 * correction for ties in both. Points must not depend on each other: a second of a busy
 * process hardly tells more than the second before. False with too few points or too
 * many, and when all x are the same. */
bool trend_of(const double *x, const double *y, uint32_t count, struct trend *trend);
