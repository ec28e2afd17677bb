/* SPDX-License-Identifier: MIT */
#include "core/trials.h"

#include <math.h>

double trials_rate(const struct trials *trials) {
    if (trials->count == 0) return NAN;
    return (double)trials->failures / (double)trials->count;
}

static const struct record_field trials_fields[] = {
    {RECORD_COUNT, RECORD_AT(struct trials, count)},
    {RECORD_COUNT, RECORD_AT(struct trials, failures)},
};
const struct record trials_record = RECORD_OF(struct trials, trials_fields);
