/* SPDX-License-Identifier: MIT */
#include "core/confidence.h"

#include <math.h>

enum { HALVINGS = 64 };

/* What is mixed over: rates of failures are small, quantiles are near where they should
 * be. */
static const double rate_a = 0.5;
static const double rate_b = 50;
static const double quantile_weight = 10;

/* lgamma() writes a global. */
static double log_gamma(double x) {
    int sign;
    return lgamma_r(x, &sign);
}

static double log_beta(double a, double b) {
    return log_gamma(a) + log_gamma(b) - log_gamma(a + b);
}

double confidence_log_mixture(
    double hits, double count, double a, double b, double rate) {
    double misses = count - hits;
    double value = log_beta(a + hits, b + misses) - log_beta(a, b);
    if (hits > 0) value -= hits * log(rate);
    if (misses > 0) value -= misses * log1p(-rate);
    return value;
}

static double rate_mixture(double hits, double count, double rate) {
    return confidence_log_mixture(hits, count, rate_a, rate_b, rate);
}

static bool is_probability(double alpha) {
    return alpha > 0 && alpha < 1;
}

/* Between a rate that is inside and one that is outside: where it changes. */
static double rate_end(double hits, double count, double outside, double limit) {
    double inside = hits / count;
    double scale = log_beta(rate_a + hits, rate_b + count - hits) -
                   log_beta(rate_a, rate_b) - limit;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (inside + outside) / 2;
        double likelihood = hits > 0 ? hits * log(middle) : 0;
        if (hits < count) likelihood += (count - hits) * log1p(-middle);
        if (scale < likelihood) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    return outside;
}

struct confidence confidence_of_rate(uint64_t hits, uint64_t count, double alpha) {
    struct confidence widest = {0, 1};
    if (count == 0 || hits > count || !is_probability(alpha)) return widest;
    double limit = log(1 / alpha);
    struct confidence bounds = widest;
    if (hits > 0) {
        bounds.low = rate_end((double)hits, (double)count, 0, limit);
    }
    if (hits < count) {
        bounds.high = rate_end((double)hits, (double)count, 1, limit);
    }
    return bounds;
}

bool confidence_rate_is_within(double hits, double count, double limit, double alpha) {
    if (!(count > 0) || !(hits >= 0) || !is_probability(alpha)) return false;
    if (limit >= 1) return true;
    if (!(limit > hits / count)) return false;
    return rate_mixture(hits, count, limit) >= log(1 / alpha);
}

/* Around what is inside: where it begins and ends to be. */
struct search {
    double quantile, limit;
    uint64_t count;
};

static bool is_inside(const struct search *search, uint64_t place) {
    double a = quantile_weight * search->quantile;
    double b = quantile_weight * (1 - search->quantile);
    double value = confidence_log_mixture(
        (double)place, (double)search->count, a, b, search->quantile);
    return value < search->limit;
}

static uint64_t first_inside(const struct search *search, uint64_t inside) {
    uint64_t least = 0;
    while (least < inside) {
        uint64_t half = least + (inside - least) / 2;
        if (is_inside(search, half)) {
            inside = half;
        } else {
            least = half + 1;
        }
    }
    return inside;
}

static uint64_t last_inside(const struct search *search, uint64_t inside) {
    uint64_t outside = search->count + 1;
    while (outside - inside > 1) {
        uint64_t half = inside + (outside - inside) / 2;
        if (is_inside(search, half)) {
            inside = half;
        } else {
            outside = half;
        }
    }
    return inside;
}

struct confidence_places confidence_of_quantile(
    double quantile, uint64_t count, double alpha) {
    struct confidence_places places = {0, count, false, false};
    bool is_asked = count > 0 && is_probability(alpha) && is_probability(quantile);
    if (!is_asked) return places;
    struct search search = {quantile, log(1 / alpha), count};
    uint64_t middle = (uint64_t)(quantile * (double)count);
    places.low = first_inside(&search, middle);
    places.high = last_inside(&search, middle);
    places.has_low_end = places.low > 0;
    places.has_high_end = places.high < count;
    return places;
}
