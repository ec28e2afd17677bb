/* How far another machine's clock is ahead of ours,
 * as far as what it dates shows: a date from what is yet to come.
 * A clock that is set right is believed again after a while. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

/* All zero is a clock that nothing is known of. Times are seconds since 1970. */
struct clock_lead {
    double before_s, recent_s; /* the most in the period before, and since then */
    double from_s;             /* when the period began, by our clock */
    uint32_t count;            /* of dates in it */
};

/* Something new came, dated by that clock. */
void clock_lead_note(struct clock_lead *lead, double dated_s, double now_s);

/* 0 for one that is not ahead. */
double clock_lead_s(const struct clock_lead *lead);
