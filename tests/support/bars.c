/* SPDX-License-Identifier: MIT */
#include "support/bars.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"

static int by_size(const void *a, const void *b) {
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

struct spread spread_of(const double *values, size_t count) {
    double sorted[BARS_ROUNDS_MAX];
    ensure(count > 0 && count <= BARS_ROUNDS_MAX);
    memcpy(sorted, values, count * sizeof sorted[0]);
    qsort(sorted, count, sizeof sorted[0], by_size);
    return (struct spread){sorted[0], sorted[count / 2], sorted[count - 1]};
}

static void tell(const char *name, double value, double limit, bool is_good) {
    printf("bar %s %.2f %.2f %s\n", name, value, limit, is_good ? "ok" : "short");
    fflush(stdout);
}

void bar_at_most(const char *name, double value, double limit) {
    tell(name, value, limit, value <= limit);
}

void bar_at_least(const char *name, double value, double limit) {
    tell(name, value, limit, value >= limit);
}

void bar_unknown(const char *name, double limit, const char *why) {
    printf("%s: %s\n", name, why);
    printf("bar %s - %.2f short\n", name, limit);
    fflush(stdout);
}
