/* SPDX-License-Identifier: MIT */
#include "support/canary_speed.h"

#include <math.h>
#include <stdlib.h>

#include "base/panic.h"
#include "core/rank_test.h"
#include "core/sequential.h"

static const double limit = 100; /* 1 / alpha */
static const double rho_of_slow = 0.05;
static const double sigma = 0.8;
static const double median_us = 1e6;

enum { LIMITS = 4, STABLE_FOR_EACH = 19, REQUESTS_MAX = 40000000 };
static const double shares[LIMITS] = {0.5, 0.1, 0.05, 0.01};
static const double normal_quantiles[LIMITS] = {
    0, 1.2815515655446004, 1.6448536269514722, 2.3263478740408408};

static int by_size(const void *a, const void *b) {
    const double *one = a;
    const double *other = b;
    return (*one > *other) - (*one < *other);
}

static struct speed speed_in(double *requests, unsigned runs) {
    qsort(requests, runs, sizeof *requests, by_size);
    return (struct speed){requests[runs / 2], requests[(size_t)runs * 9 / 10]};
}

/* Errors */

static double errors_until_found(
    struct random *random, const struct speed_case *speed_case) {
    struct sequential test;
    sequential_init_failures(&test, 1);
    double on_canary = 0;
    for (unsigned i = 0; i < REQUESTS_MAX; i++) {
        bool is_canary = random_unit(random) < speed_case->rho;
        on_canary += is_canary;
        double rate = is_canary ? speed_case->canary_rate : speed_case->stable_rate;
        if (random_unit(random) >= rate) continue;
        sequential_on_failure(&test, speed_case->rho, is_canary);
        if (sequential_log_value(&test) >= log(limit)) break;
    }
    return on_canary;
}

struct speed speed_of_errors(
    struct random *random, const struct speed_case *speed_case, unsigned runs) {
    double requests[SPEED_RUNS_MAX];
    ensure(runs > 0 && runs <= SPEED_RUNS_MAX);
    for (unsigned i = 0; i < runs; i++) {
        requests[i] = errors_until_found(random, speed_case);
    }
    return speed_in(requests, runs);
}

/* Latency */

static double draw_us(
    struct random *random, const struct slow_case *slow_case, bool is_canary) {
    double latency_us = random_lognormal(random, median_us, sigma);
    bool is_slow =
        is_canary && (slow_case->share >= 1 || random_unit(random) < slow_case->share);
    return is_slow ? latency_us * slow_case->times : latency_us;
}

static double mean_of(const struct sequential *tests) {
    double sum = 0;
    for (size_t i = 0; i < LIMITS; i++) sum += exp(sequential_log_value(&tests[i]));
    return sum / LIMITS;
}

static void init_tests(struct sequential *tests) {
    for (size_t i = 0; i < LIMITS; i++) sequential_init_share(&tests[i], shares[i], 1);
}

static double limits_until_found(
    struct random *random, const struct slow_case *slow_case) {
    struct sequential tests[LIMITS];
    init_tests(tests);
    double on_canary = 0;
    for (unsigned i = 0; i < REQUESTS_MAX; i++) {
        bool is_canary = random_unit(random) < rho_of_slow;
        on_canary += is_canary;
        double latency_us = draw_us(random, slow_case, is_canary);
        for (size_t j = 0; j < LIMITS; j++) {
            double tau_us = median_us * exp(sigma * normal_quantiles[j]);
            if (latency_us <= tau_us) break;
            sequential_on_failure(&tests[j], rho_of_slow, is_canary);
        }
        if (is_canary && mean_of(tests) >= limit) break;
    }
    return on_canary;
}

struct speed speed_of_limits(
    struct random *random, const struct slow_case *slow_case, unsigned runs) {
    double requests[SPEED_RUNS_MAX];
    ensure(runs > 0 && runs <= SPEED_RUNS_MAX);
    for (unsigned i = 0; i < runs; i++) {
        requests[i] = limits_until_found(random, slow_case);
    }
    return speed_in(requests, runs);
}

static double ranks_until_found(
    struct random *random, const struct slow_case *slow_case) {
    struct rank_test test;
    rank_test_init(&test);
    double on_canary = 0;
    while (mixture_log_value(&test.mixture) < log(limit) && on_canary < REQUESTS_MAX) {
        for (unsigned i = 0; i < STABLE_FOR_EACH; i++) {
            rank_test_on_stable(&test, (uint64_t)draw_us(random, slow_case, false));
        }
        uint64_t latency_us = (uint64_t)draw_us(random, slow_case, true);
        rank_test_on_canary(&test, latency_us, random_unit(random));
        on_canary++;
    }
    return on_canary;
}

struct speed speed_of_ranks(
    struct random *random, const struct slow_case *slow_case, unsigned runs) {
    double requests[SPEED_RUNS_MAX];
    ensure(runs > 0 && runs <= SPEED_RUNS_MAX);
    for (unsigned i = 0; i < runs; i++) {
        requests[i] = ranks_until_found(random, slow_case);
    }
    return speed_in(requests, runs);
}
