/* The Universal Scalability Law: how throughput grows
 * with workers, what holds it back and where it ends. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { USL_POINTS_MAX = 32 };

/* Gunther 2008, https://arxiv.org/abs/0808.1431:
 *   X(N) = rate N / (1 + contention (N - 1) + coherency N (N - 1)) */
struct usl {
    double rate;       /* of one worker, a second */
    double contention; /* the share that has to wait for its turn, 0 or more */
    double coherency;  /* the share that is spent on agreeing with others, 0 or more */
    double error;      /* of the fit: root of the mean squared relative error */
};

struct usl_point {
    double workers;      /* 1 or more */
    double throughput_s; /* more than 0 */
};

/* Least squares with nothing below zero, on N / X(N), which is
 * linear in the three; errors count in proportion to the throughput.
 * With fewer than three different numbers of workers what cannot be
 * told apart is called contention. False without a usable point. */
bool usl_fit(const struct usl_point *points, uint32_t count, struct usl *usl);

double usl_throughput(const struct usl *usl, double workers);

/* With how many workers it is largest; infinity when it always grows. */
double usl_peak(const struct usl *usl);

/* From this share of the throughput that as many single workers would have, scaling is
 * called linear. */
#define USL_LINEAR_LEAST 0.85

/* The throughput per worker with the most workers against that with the fewest, 0 to 1
 * and a little more; NaN with fewer than two different numbers of workers. */
double usl_efficiency(const struct usl_point *points, uint32_t count);
