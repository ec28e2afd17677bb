/* SPDX-License-Identifier: MIT */
#include "core/clock_lead.h"

#include <math.h>
#include <stdbool.h>

/* What comes late looks like a clock that is
 * less ahead: one date alone says nothing. */
enum { PERIOD_S = 30, PERIOD_DATES = 2 };

void clock_lead_note(struct clock_lead *lead, double dated_s, double now_s) {
    bool is_over = now_s - lead->from_s >= PERIOD_S && lead->count >= PERIOD_DATES;
    bool is_first = lead->count == 0 && !(lead->from_s > 0);
    if (is_over || is_first || now_s < lead->from_s) {
        lead->before_s = lead->recent_s;
        lead->recent_s = 0;
        lead->from_s = now_s;
        lead->count = 0;
    }
    lead->recent_s = fmax(lead->recent_s, dated_s - now_s);
    lead->count++;
}

double clock_lead_s(const struct clock_lead *lead) {
    return fmax(lead->before_s, lead->recent_s);
}
