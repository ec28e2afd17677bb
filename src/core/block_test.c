/* SPDX-License-Identifier: MIT */
#include "core/block_test.h"

#include <math.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const double ratios[] = {1.5, 2, 3, 5, 10, 20, 50};

/* What is thought of stable before it was seen: Beta(1/2, 50). */
static const double failures_before = 0.5;
static const double units_before = 50.5;

void block_test_init(struct block_test *test) {
    *test = (struct block_test){0};
    mixture_init(&test->mixture, ratios, COUNT_OF(ratios));
}

static bool is_sound(const struct trials *trials) {
    return trials->count > 0 && trials->failures <= trials->count;
}

/* ln of how much likelier the side's outcome is at `rate` than at `common`. */
static double log_likelier(const struct trials *side, double rate, double common) {
    double failures = (double)side->failures;
    double others = (double)(side->count - side->failures);
    return failures * log(rate / common) + others * log((1 - rate) / (1 - common));
}

void block_test_add(
    struct block_test *test, const struct trials *canary, const struct trials *stable) {
    if (!is_sound(canary) || !is_sound(stable)) return;
    double rate = ((double)test->stable.failures + failures_before) /
                  ((double)test->stable.count + units_before);
    double canary_units = (double)canary->count;
    double stable_units = (double)stable->count;
    for (uint32_t i = 0; i < test->mixture.count; i++) {
        struct mixture_part *part = &test->mixture.parts[i];
        /* A ratio of the odds, which no rate is too high for. */
        double worse = rate * part->parameter / (1 - rate + rate * part->parameter);
        double common = (canary_units * worse + stable_units * rate) /
                        (canary_units + stable_units);
        part->log_value += log_likelier(canary, worse, common);
        part->log_value += log_likelier(stable, rate, common);
    }
    mixture_settle(&test->mixture);
    test->stable.count += stable->count;
    test->stable.failures += stable->failures;
}

#define AT(member) RECORD_AT(struct block_test, member)
static const struct record_field block_test_fields[] = {
    {RECORD_STRUCT, AT(mixture), .of = &mixture_record},
    {RECORD_STRUCT, AT(stable), .of = &trials_record},
};
#undef AT
const struct record block_test_record = RECORD_OF(struct block_test, block_test_fields);
