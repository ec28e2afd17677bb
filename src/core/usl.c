/* SPDX-License-Identifier: MIT */
#include "core/usl.h"

#include <math.h>
#include <stddef.h>

enum { TERMS = 3, EVERY_TERM = (1 << TERMS) - 1 };

/* What is smaller is rounding: a better fit has to be better by more. */
#define TINY 1e-9

/* Sums of squares: the normal equations of N / X(N) = a + b (N - 1) + c N (N - 1). */
struct sums {
    double matrix[TERMS][TERMS];
    double right[TERMS];
    double square;
    uint32_t count;
};

static bool is_usable(const struct usl_point *point) {
    return point->workers >= 1 && point->throughput_s > 0 && isfinite(point->workers) &&
           isfinite(point->throughput_s);
}

static void add_point(struct sums *sums, const struct usl_point *point) {
    double n = point->workers;
    double weight = point->throughput_s / n; /* relative errors */
    const double terms[TERMS] = {weight, weight * (n - 1), weight * n * (n - 1)};
    for (unsigned i = 0; i < TERMS; i++) {
        for (unsigned k = 0; k < TERMS; k++) sums->matrix[i][k] += terms[i] * terms[k];
        sums->right[i] += terms[i];
    }
    sums->square += 1;
    sums->count++;
}

/* Gauss with pivots, for the terms of `chosen`; the others are zero. */
struct system {
    unsigned size;
    unsigned terms[TERMS];
    double rows[TERMS][TERMS + 1];
};

static struct system system_of(const struct sums *sums, unsigned chosen) {
    struct system system = {0};
    for (unsigned i = 0; i < TERMS; i++) {
        if (chosen & (1U << i)) system.terms[system.size++] = i;
    }
    for (unsigned i = 0; i < system.size; i++) {
        for (unsigned k = 0; k < system.size; k++) {
            system.rows[i][k] = sums->matrix[system.terms[i]][system.terms[k]];
        }
        system.rows[i][system.size] = sums->right[system.terms[i]];
    }
    return system;
}

static void swap_rows(struct system *system, unsigned a, unsigned b) {
    for (unsigned k = 0; k <= system->size; k++) {
        double kept = system->rows[a][k];
        system->rows[a][k] = system->rows[b][k];
        system->rows[b][k] = kept;
    }
}

static bool eliminate(struct system *system, unsigned column) {
    unsigned pivot = column;
    for (unsigned i = column + 1; i < system->size; i++) {
        double candidate = fabs(system->rows[i][column]);
        if (candidate > fabs(system->rows[pivot][column])) pivot = i;
    }
    swap_rows(system, column, pivot);
    if (fabs(system->rows[column][column]) < TINY) return false;
    for (unsigned i = 0; i < system->size; i++) {
        if (i == column) continue;
        double factor = system->rows[i][column] / system->rows[column][column];
        for (unsigned k = column; k <= system->size; k++) {
            system->rows[i][k] -= factor * system->rows[column][k];
        }
    }
    return true;
}

static bool solve(const struct sums *sums, unsigned chosen, double values[TERMS]) {
    struct system system = system_of(sums, chosen);
    for (unsigned i = 0; i < TERMS; i++) values[i] = 0;
    for (unsigned i = 0; i < system.size; i++) {
        if (!eliminate(&system, i)) return false;
    }
    for (unsigned i = 0; i < system.size; i++) {
        double value = system.rows[i][system.size] / system.rows[i][i];
        if (value < 0) return false;
        values[system.terms[i]] = value;
    }
    return values[0] > 0;
}

static double residual(const struct sums *sums, const double values[TERMS]) {
    double sum = sums->square;
    for (unsigned i = 0; i < TERMS; i++) {
        sum -= 2 * values[i] * sums->right[i];
        for (unsigned k = 0; k < TERMS; k++) {
            sum += values[i] * values[k] * sums->matrix[i][k];
        }
    }
    return fmax(sum, 0);
}

/* With three terms all sets of those that are not zero can be tried; the best one is
 * that of Lawson and Hanson, Solving Least Squares Problems, 1974, chapter 23. Fewer
 * terms and contention come first, and have to be beaten. */
bool usl_fit(const struct usl_point *points, uint32_t count, struct usl *usl) {
    static const unsigned sets[] = {1, 1 | 2, 1 | 4, EVERY_TERM};
    struct sums sums = {0};
    double best[TERMS] = {0};
    double least = INFINITY;
    for (uint32_t i = 0; i < count; i++) {
        if (is_usable(&points[i])) add_point(&sums, &points[i]);
    }
    for (size_t i = 0; i < sizeof sets / sizeof *sets && sums.count > 0; i++) {
        double values[TERMS];
        if (!solve(&sums, sets[i], values)) continue;
        double found = residual(&sums, values);
        if (found > least - TINY) continue;
        least = found;
        for (unsigned k = 0; k < TERMS; k++) best[k] = values[k];
    }
    if (!isfinite(least)) return false;
    usl->rate = 1 / best[0];
    usl->contention = best[1] / best[0];
    usl->coherency = best[2] / best[0];
    usl->error = sqrt(least / (double)sums.count);
    return true;
}

double usl_throughput(const struct usl *usl, double workers) {
    double n = workers;
    return usl->rate * n /
           (1 + usl->contention * (n - 1) + usl->coherency * n * (n - 1));
}

double usl_peak(const struct usl *usl) {
    if (!(usl->coherency > 0)) return INFINITY;
    return fmax(1, sqrt(fmax(0, 1 - usl->contention) / usl->coherency));
}

double usl_efficiency(const struct usl_point *points, uint32_t count) {
    const struct usl_point *fewest = NULL;
    const struct usl_point *most = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_usable(&points[i])) continue;
        if (!fewest || points[i].workers < fewest->workers) fewest = &points[i];
        if (!most || points[i].workers > most->workers) most = &points[i];
    }
    if (!fewest || !(most->workers > fewest->workers)) return (double)NAN;
    return (most->throughput_s / most->workers) /
           (fewest->throughput_s / fewest->workers);
}
