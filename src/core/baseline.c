/* SPDX-License-Identifier: MIT */
#include "core/baseline.h"

#include <math.h>

void baseline_add(struct baseline *baseline, uint64_t value) {
    baseline->values[baseline->added % BASELINE_ROOM] = value;
    baseline->added++;
}

bool baseline_is_enough(const struct baseline *baseline) {
    return baseline->added >= BASELINE_LEAST;
}

static uint64_t kept(const struct baseline *baseline) {
    return baseline->added < BASELINE_ROOM ? baseline->added : BASELINE_ROOM;
}

static uint64_t count_within(const struct baseline *baseline, uint64_t limit) {
    uint64_t count = 0;
    for (uint64_t i = 0; i < kept(baseline); i++) {
        count += baseline->values[i] <= limit;
    }
    return count;
}

/* Halves the range of the values: there is nothing to sort, and nothing to copy. */
uint64_t baseline_quantile(const struct baseline *baseline, double quantile) {
    uint64_t count = kept(baseline);
    if (count == 0 || !(quantile > 0 && quantile <= 1)) return 0;
    uint64_t wanted = (uint64_t)ceil(quantile * (double)count - 1e-9);
    uint64_t low = 0;
    uint64_t high = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (baseline->values[i] > high) high = baseline->values[i];
    }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (count_within(baseline, middle) >= wanted) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

#define AT(member) RECORD_AT(struct baseline, member)
static const struct record_field baseline_fields[] = {
    {RECORD_COUNT, AT(added)},
    {RECORD_COUNTS, AT(values)},
};
#undef AT
const struct record baseline_record = RECORD_OF(struct baseline, baseline_fields);
