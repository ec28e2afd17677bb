/* SPDX-License-Identifier: MIT */
#include "support/scraped.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/units.h"
#include "core/scrape.h"

struct scraped scraped_new(void) {
    struct scraped scraped = {.now_ns = 100 * NS_PER_S, .meter = meter_new(NS_PER_S)};
    aliases_init(&scraped.aliases);
    return scraped;
}

void scraped_free(struct scraped *scraped) {
    meter_free(scraped->meter);
}

struct reading scraped_answer(struct scraped *scraped, const char *text) {
    scraped->now_ns += NS_PER_S;
    return *scrape_text(
        scraped->meter, &scraped->aliases, slice_of(text), scraped->now_ns);
}

void scraped_values(const struct reading *reading, float values[METRIC_COUNT]) {
    readings_sum(&reading, 1, values);
}

void assert_near(double value, double expected) {
    if (!(fabs(value - expected) < 1e-3)) fail_msg("%g, not %g", value, expected);
}
