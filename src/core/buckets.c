/* SPDX-License-Identifier: MIT */
#include "core/buckets.h"

#include <math.h>
#include <string.h>

/* The first bucket whose bound is not below `bound`. They mostly come in order. */
static uint32_t position_of(const struct buckets *buckets, double bound) {
    uint32_t low = 0;
    uint32_t high = buckets->count;
    if (high > 0 && buckets->bounds[high - 1] < bound) return high;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (buckets->bounds[middle] < bound) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void insert(struct buckets *buckets, uint32_t at, double bound, double count) {
    size_t behind = (buckets->count - at) * sizeof *buckets->bounds;
    memmove(&buckets->bounds[at + 1], &buckets->bounds[at], behind);
    memmove(&buckets->counts[at + 1], &buckets->counts[at], behind);
    buckets->bounds[at] = bound;
    buckets->counts[at] = count;
    buckets->count++;
}

bool buckets_put(struct buckets *buckets, double bound, double count) {
    if (isnan(bound)) return false;
    uint32_t at = position_of(buckets, bound);
    if (at < buckets->count && buckets->bounds[at] <= bound) {
        buckets->counts[at] += count;
        return true;
    }
    if (buckets->count == BUCKETS_MAX) return false;
    insert(buckets, at, bound, count);
    return true;
}

bool buckets_straighten(struct buckets *buckets) {
    bool straight = true;
    for (uint32_t i = 1; i < buckets->count; i++) {
        if (buckets->counts[i] >= buckets->counts[i - 1]) continue;
        buckets->counts[i] = buckets->counts[i - 1];
        straight = false;
    }
    return straight;
}

double buckets_total(const struct buckets *buckets) {
    return buckets->count > 0 ? buckets->counts[buckets->count - 1] : 0;
}

/* Where a bucket begins. Below the first one lies zero, unless that one is negative. */
static double lower_bound(const struct buckets *buckets, uint32_t at) {
    if (at > 0) return buckets->bounds[at - 1];
    return buckets->bounds[0] > 0 ? 0 : buckets->bounds[0];
}

double buckets_below(const struct buckets *buckets, double value) {
    uint32_t at = position_of(buckets, value);
    if (at == buckets->count) return buckets_total(buckets);
    double before = at > 0 ? buckets->counts[at - 1] : 0;
    double lower = lower_bound(buckets, at);
    double upper = buckets->bounds[at];
    if (upper <= value) return buckets->counts[at];
    if (value <= lower || isinf(upper)) return before;
    double share = (value - lower) / (upper - lower);
    return before + (buckets->counts[at] - before) * share;
}

/* The usual case: instances of one program. */
static bool have_same_bounds(const struct buckets *a, const struct buckets *b) {
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (a->bounds[i] < b->bounds[i] || a->bounds[i] > b->bounds[i]) return false;
    }
    return true;
}

void buckets_merge(struct buckets *to, const struct buckets *from) {
    if (to->count == 0) {
        *to = *from;
        return;
    }
    if (have_same_bounds(to, from)) {
        for (uint32_t i = 0; i < to->count; i++) to->counts[i] += from->counts[i];
        return;
    }
    struct buckets merged = {0};
    for (uint32_t i = 0; i < to->count; i++) buckets_put(&merged, to->bounds[i], 0);
    for (uint32_t i = 0; i < from->count; i++) buckets_put(&merged, from->bounds[i], 0);
    for (uint32_t i = 0; i < merged.count; i++) {
        double bound = merged.bounds[i];
        merged.counts[i] = buckets_below(to, bound) + buckets_below(from, bound);
    }
    *to = merged;
}

double buckets_quantile(const struct buckets *buckets, double quantile) {
    double total = buckets_total(buckets);
    if (!(total > 0)) return NAN;
    double wanted = total * quantile;
    uint32_t at = 0;
    while (at + 1 < buckets->count && buckets->counts[at] < wanted) at++;
    double upper = buckets->bounds[at];
    double lower = lower_bound(buckets, at);
    if (isinf(upper)) return at > 0 ? lower : (double)NAN;

    double before = at > 0 ? buckets->counts[at - 1] : 0;
    double inside = buckets->counts[at] - before;
    if (!(inside > 0)) return upper;
    return lower + (upper - lower) * (wanted - before) / inside;
}
