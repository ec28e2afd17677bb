/* SPDX-License-Identifier: MIT */
#include "core/load_outcome.h"

#include <math.h>

double load_outcome_rps(const struct load_outcome *result) {
    double seconds = load_course_span_s(result->course);
    if (!(seconds > 0)) return (double)NAN;
    return (double)result->course->all.requests / seconds;
}

double load_outcome_error_ratio(const struct load_outcome *result) {
    const struct load_sum *all = &result->course->all;
    if (all->requests == 0) return (double)NAN;
    return (double)all->failures / (double)all->requests;
}
