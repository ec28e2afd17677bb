/* SPDX-License-Identifier: MIT */
#include "core/sequential.h"

#include <math.h>

#include "base/panic.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const double failure_ratios[] = {1.5, 2, 3, 5, 10, 20, 50};
static const double share_ratios[] = {1.15, 1.3, 1.5, 2, 3, 5, 10, 20, 50};
_Static_assert(COUNT_OF(failure_ratios) <= SEQUENTIAL_ALTERNATIVES_MAX, "room");
_Static_assert(COUNT_OF(share_ratios) <= SEQUENTIAL_ALTERNATIVES_MAX, "room");

static void init(struct sequential *test, double tolerated) {
    ensure(tolerated > 0);
    *test = (struct sequential){.tolerated = tolerated};
}

static void add_alternative(struct sequential *test, double ratio) {
    test->alternatives[test->count++] = (struct sequential_alternative){.ratio = ratio};
}

void sequential_init_failures(struct sequential *test, double tolerated) {
    init(test, tolerated);
    for (size_t i = 0; i < COUNT_OF(failure_ratios); i++) {
        add_alternative(test, failure_ratios[i]);
    }
}

void sequential_init_share(struct sequential *test, double share, double tolerated) {
    init(test, tolerated);
    for (size_t i = 0; i < COUNT_OF(share_ratios); i++) {
        if (share_ratios[i] * tolerated * share >= 1) break;
        add_alternative(test, share_ratios[i]);
    }
    /* A share near 1 leaves none: then what is nearest to it. */
    if (test->count == 0) add_alternative(test, share_ratios[0]);
}

double sequential_canary_share(double rho, double ratio) {
    return rho * ratio / (1 - rho + rho * ratio);
}

void sequential_on_failure(struct sequential *test, double rho, bool on_canary) {
    if (!(rho > 0 && rho < 1)) return;
    double tolerated = 1 - rho + rho * test->tolerated;
    for (uint32_t i = 0; i < test->count; i++) {
        struct sequential_alternative *alternative = &test->alternatives[i];
        double ratio = alternative->ratio;
        double odds = tolerated / (1 - rho + rho * test->tolerated * ratio);
        alternative->log_value += log(on_canary ? ratio * odds : odds);
    }
    test->log_peak = fmax(test->log_peak, sequential_log_value(test));
}

double sequential_log_value(const struct sequential *test) {
    double most = -INFINITY;
    for (uint32_t i = 0; i < test->count; i++) {
        most = fmax(most, test->alternatives[i].log_value);
    }
    if (test->count == 0 || !isfinite(most)) return 0;
    double sum = 0;
    for (uint32_t i = 0; i < test->count; i++) {
        sum += exp(test->alternatives[i].log_value - most);
    }
    return most + log(sum / test->count);
}

double sequential_p_value(const struct sequential *test) {
    return fmin(1, exp(-test->log_peak));
}

#define AT(member) RECORD_AT(struct sequential_alternative, member)
static const struct record_field alternative_fields[] = {
    {RECORD_REAL, AT(ratio)},
    {RECORD_REAL, AT(log_value)},
};
#undef AT
static const struct record alternative_record =
    RECORD_OF(struct sequential_alternative, alternative_fields);

#define AT(member) RECORD_AT(struct sequential, member)
static const struct record_field sequential_fields[] = {
    {RECORD_REAL, AT(tolerated)},
    {RECORD_REAL, AT(log_peak)},
    {RECORD_LIST, AT(alternatives), .of = &alternative_record,
     .count_offset = offsetof(struct sequential, count)},
};
#undef AT
const struct record sequential_record = RECORD_OF(struct sequential, sequential_fields);
