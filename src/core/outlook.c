/* SPDX-License-Identifier: MIT */
#include "core/outlook.h"

#include "base/units.h"

/* The rate is that of about the last minute or so. */
static const double memory_s = 60;
/* A sample after a longer pause says nothing about what happened meanwhile. */
static const uint64_t gap_ns = 10 * NS_PER_S;
/* Nothing finished in so much time is no rate yet. */
static const double least_s = 2;

void outlook_lose(struct outlook *outlook) {
    *outlook = (struct outlook){0};
}

/* Halving both forgets what is old and keeps the rate. */
static void move(struct outlook *outlook, double moved, double over_s) {
    outlook->moved += moved;
    outlook->over_s += over_s;
    if (outlook->over_s < memory_s) return;
    outlook->moved /= 2;
    outlook->over_s /= 2;
}

void outlook_on_sample(struct outlook *outlook, const struct outlook_sample *sample) {
    const struct outlook_sample *last = &outlook->last;
    bool follows = outlook->is_known && sample->finished >= last->finished &&
                   sample->at_ns > last->at_ns && sample->at_ns - last->at_ns <= gap_ns;
    if (!follows) outlook_lose(outlook);
    if (follows && last->waiting > 0 && sample->waiting > 0) {
        move(
            outlook, (double)(sample->finished - last->finished),
            (double)(sample->at_ns - last->at_ns) / (double)NS_PER_S);
    }
    outlook->last = *sample;
    outlook->is_known = true;
}

static double expected_s(const struct outlook *outlook) {
    if (outlook->over_s < least_s || outlook->moved < 1) return 0;
    return (double)outlook->last.waiting * outlook->over_s / outlook->moved;
}

bool outlook_is_too_long(
    const struct outlook *outlook, uint64_t limit_ns, uint64_t *wait_ns) {
    static const double longest_s = 86400;
    if (!outlook->is_known || outlook->last.waiting == 0) return false;
    double wait_s = expected_s(outlook);
    if (wait_s > longest_s) wait_s = longest_s;
    uint64_t longest_ns = (uint64_t)(wait_s * (double)NS_PER_S);
    /* What is ahead has waited for so long already. */
    if (outlook->last.oldest_ns > longest_ns) longest_ns = outlook->last.oldest_ns;
    if (longest_ns <= limit_ns) return false;
    *wait_ns = longest_ns - limit_ns;
    return true;
}
