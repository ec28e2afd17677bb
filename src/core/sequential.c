/* SPDX-License-Identifier: MIT */
#include "core/sequential.h"

#include <math.h>

#include "base/panic.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const double failure_ratios[] = {1.5, 2, 3, 5, 10, 20, 50};
static const double share_ratios[] = {1.15, 1.3, 1.5, 2, 3, 5, 10, 20, 50};
void sequential_init_failures(struct sequential *test, double tolerated) {
    ensure(tolerated > 0);
    test->tolerated = tolerated;
    mixture_init(&test->mixture, failure_ratios, COUNT_OF(failure_ratios));
}

void sequential_init_share(struct sequential *test, double share, double tolerated) {
    ensure(tolerated > 0);
    test->tolerated = tolerated;
    size_t count = COUNT_OF(share_ratios);
    /* For a share near 1 what is nearest to it remains. */
    while (count > 1 && share_ratios[count - 1] * tolerated * share >= 1) count--;
    mixture_init(&test->mixture, share_ratios, count);
}

double sequential_canary_share(double rho, double ratio) {
    return rho * ratio / (1 - rho + rho * ratio);
}

void sequential_on_failure(struct sequential *test, double rho, bool on_canary) {
    if (!(rho > 0 && rho < 1)) return;
    double tolerated = 1 - rho + rho * test->tolerated;
    for (uint32_t i = 0; i < test->mixture.count; i++) {
        struct mixture_part *part = &test->mixture.parts[i];
        double ratio = part->parameter;
        double odds = tolerated / (1 - rho + rho * test->tolerated * ratio);
        part->log_value += log(on_canary ? ratio * odds : odds);
    }
    mixture_settle(&test->mixture);
}

double sequential_log_value(const struct sequential *test) {
    return mixture_log_value(&test->mixture);
}

double sequential_p_value(const struct sequential *test) {
    return mixture_p_value(&test->mixture);
}

#define AT(member) RECORD_AT(struct sequential, member)
static const struct record_field sequential_fields[] = {
    {RECORD_REAL, AT(tolerated)},
    {RECORD_STRUCT, AT(mixture), .of = &mixture_record},
};
#undef AT
const struct record sequential_record = RECORD_OF(struct sequential, sequential_fields);
