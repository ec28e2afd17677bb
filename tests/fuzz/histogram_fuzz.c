/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "core/histogram.h"
#include "fuzz/fuzz.h"

static void ask(const struct histogram *histogram) {
    static const double quantiles[] = {0, 0.5, 0.99, 1};
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
        double value = histogram_quantile(histogram, quantiles[i]);
        ensure(isnan(value) == (histogram->count == 0));
    }
}

/* What was read can be written, reads the same, and can be merged. */
static void write_and_read(const struct histogram *histogram) {
    uint8_t *bytes = memory_new(HISTOGRAM_ENCODED_MAX);
    struct histogram *again = memory_new(sizeof *again);
    struct error err = {0};
    size_t length = histogram_encode(histogram, bytes, HISTOGRAM_ENCODED_MAX);
    bool read = length > 0 && histogram_decode(again, bytes, length, &err);
    ensure(read && memcmp(again, histogram, sizeof *again) == 0);
    histogram_merge(again, histogram);
    ensure(again->count == 2 * histogram->count);
    free(again);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct histogram *histogram = memory_new(sizeof *histogram);
    struct error err = {0};
    if (histogram_decode(histogram, data, size, &err)) {
        ask(histogram);
        write_and_read(histogram);
    } else {
        ensure(err.code != ERROR_NONE);
    }
    free(histogram);
    return 0;
}
