/* SPDX-License-Identifier: MIT */
#include "core/promotion_gate.h"

#include <math.h>

#include "core/confidence.h"

static const double extra_most = 0.10;
static const uint64_t requests_most = UINT64_C(100000000);

double promotion_gate_allowed(const struct promotion_gate *gate) {
    double allowed = gate->budget / gate->weight_next;
    return allowed > extra_most ? extra_most : allowed;
}

static double stable_low(
    const struct promotion_gate *gate, const struct trials *stable) {
    return confidence_of_rate(stable->failures, stable->count, gate->alpha / 2).low;
}

double promotion_gate_extra(
    const struct promotion_gate *gate, const struct trials *canary,
    const struct trials *stable) {
    struct confidence rate =
        confidence_of_rate(canary->failures, canary->count, gate->alpha / 2);
    return rate.high - stable_low(gate, stable);
}

bool promotion_gate_is_open(
    const struct promotion_gate *gate, const struct trials *canary,
    const struct trials *stable) {
    if (canary->count == 0) return false;
    bool is_sound = gate->weight_next > 0 && gate->weight_next <= 1;
    double extra = promotion_gate_extra(gate, canary, stable);
    return is_sound && extra <= promotion_gate_allowed(gate);
}

/* What is looked for: a number of canary requests, those to come failing at `rate`. */
struct outlook {
    const struct trials *canary;
    double rate, limit, alpha;
};

static bool is_enough(const struct outlook *outlook, uint64_t requests) {
    double more = (double)(requests - outlook->canary->count);
    double failures = (double)outlook->canary->failures + outlook->rate * more;
    return confidence_rate_is_within(
        failures, (double)requests, outlook->limit, outlook->alpha);
}

uint64_t promotion_gate_needed(
    const struct promotion_gate *gate, const struct trials *canary,
    const struct trials *stable) {
    const struct outlook outlook = {
        .canary = canary,
        .rate = stable->count > 0 ? trials_rate(stable) : 0,
        .limit = promotion_gate_allowed(gate) + stable_low(gate, stable),
        .alpha = gate->alpha / 2,
    };
    uint64_t now = canary->count;
    if (is_enough(&outlook, now)) return now;
    /* Doubled until it is enough, then halved to where it begins to be. */
    uint64_t more = 1;
    while (!is_enough(&outlook, now + more)) {
        if (more > requests_most) return PROMOTION_NEVER;
        more *= 2;
    }
    uint64_t short_of = more / 2;
    while (more - short_of > 1) {
        uint64_t half = short_of + (more - short_of) / 2;
        if (is_enough(&outlook, now + half)) {
            more = half;
        } else {
            short_of = half;
        }
    }
    return now + more;
}
