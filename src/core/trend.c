/* SPDX-License-Identifier: MIT */
#include "core/trend.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

enum { PAIRS_MOST = TREND_POINTS_MOST * (TREND_POINTS_MOST - 1) / 2 };

/* Of the normal distribution, two-sided 99 %. */
#define Z_99 2.5758

/* Sums over the groups of equal values that the variance of the score needs. */
struct ties {
    double pairs;   /* t (t - 1) */
    double triples; /* t (t - 1) (t - 2) */
    double fives;   /* t (t - 1) (2 t + 5) */
};

static int compare(const void *a, const void *b) {
    const double *left = a;
    const double *right = b;
    return (*left > *right) - (*left < *right);
}

static struct ties ties_in(const double *values, uint32_t count) {
    double sorted[TREND_POINTS_MOST];
    struct ties ties = {0};
    for (uint32_t i = 0; i < count; i++) sorted[i] = values[i];
    qsort(sorted, count, sizeof *sorted, compare);
    uint32_t start = 0;
    for (uint32_t i = 1; i <= count; i++) {
        if (i < count && !(sorted[i] > sorted[start])) continue;
        double t = (double)(i - start);
        ties.pairs += t * (t - 1);
        ties.triples += t * (t - 1) * (t - 2);
        ties.fives += t * (t - 1) * (2 * t + 5);
        start = i;
    }
    return ties;
}

static int sign(double value) {
    return (value > 0) - (value < 0);
}

/* How many pairs agree less how many disagree. */
static double score_of(const double *x, const double *y, uint32_t count) {
    int64_t score = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = i + 1; k < count; k++) {
            int way = sign(x[k] - x[i]) * sign(y[k] - y[i]);
            score += way;
        }
    }
    return (double)score;
}

/* Kendall, Rank Correlation Methods, 4th edition, section 5: with ties in both. */
static double variance_of(const double *x, const double *y, uint32_t count) {
    const struct ties in_x = ties_in(x, count);
    const struct ties in_y = ties_in(y, count);
    double n = (double)count;
    double whole = (n * (n - 1) * (2 * n + 5) - in_x.fives - in_y.fives) / 18;
    double triples = in_x.triples * in_y.triples / (9 * n * (n - 1) * (n - 2));
    double pairs = in_x.pairs * in_y.pairs / (2 * n * (n - 1));
    return whole + triples + pairs;
}

static double chance_of(double score, double deviation) {
    if (!(deviation > 0) || score <= 0) return 1;
    double z = (score - 1) / deviation;
    return 0.5 * erfc(z / sqrt(2.0));
}

static uint32_t slopes_of(
    const double *x, const double *y, uint32_t count, double slopes[PAIRS_MOST]) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = i + 1; k < count; k++) {
            double across = x[k] - x[i];
            if (sign(across) == 0) continue;
            slopes[found++] = (y[k] - y[i]) / across;
        }
    }
    qsort(slopes, found, sizeof *slopes, compare);
    return found;
}

static double at_rank(const double *sorted, uint32_t count, double rank) {
    if (rank < 0) rank = 0;
    uint32_t index = (uint32_t)rank;
    return sorted[index < count ? index : count - 1];
}

bool trend_of(const double *x, const double *y, uint32_t count, struct trend *trend) {
    double slopes[PAIRS_MOST];
    if (count < TREND_POINTS_LEAST || count > TREND_POINTS_MOST) return false;
    uint32_t found = slopes_of(x, y, count, slopes);
    if (found == 0) return false;
    double deviation = sqrt(variance_of(x, y, count));
    double middle = (double)(found - 1) / 2;
    double reach = Z_99 * deviation / 2;
    trend->points = count;
    trend->slope =
        (at_rank(slopes, found, floor(middle)) + at_rank(slopes, found, ceil(middle))) /
        2;
    trend->low = at_rank(slopes, found, floor(middle - reach));
    trend->high = at_rank(slopes, found, ceil(middle + reach));
    trend->chance = chance_of(score_of(x, y, count), deviation);
    return true;
}
