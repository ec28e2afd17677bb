/* Confidence intervals that hold at all times at once:
 * they may be looked at after every unit, and the truth is outside of
 * any of them with a probability of at most alpha. Units are taken to
 * be independent and alike, within the time they are counted over. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* ln of the martingale that mixes Beta(a, b) over the rate against the rate `rate`
 * (Robbins 1970), after `hits` of `count` units. */
double confidence_log_mixture(
    double hits, double count, double a, double b, double rate);

struct confidence {
    double low, high;
};

/* Of a rate, from how often it hit; 0 to 1 without data. */
struct confidence confidence_of_rate(uint64_t hits, uint64_t count, double alpha);

/* Whether the upper end of the interval of a rate is at most `limit`. Hits need not be
 * whole: what is to be expected may be asked about. */
bool confidence_rate_is_within(double hits, double count, double limit, double alpha);

/* Of a quantile, as places among the values in order, 1 the smallest: it lies between
 * the value at `low` and the one after the place `high`. 0 as `low`: no lower end.
 * `count` as `high`: no upper end. */
struct confidence_places {
    uint64_t low, high;
    bool has_low_end, has_high_end;
};

struct confidence_places confidence_of_quantile(
    double quantile, uint64_t count, double alpha);
