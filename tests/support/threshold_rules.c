/* SPDX-License-Identifier: MIT */
#include "support/threshold_rules.h"

static const double errors_times = 1.5;
enum { PATIENCE = 3, CHECKS = 5 };

static void add(struct trials *to, const struct trials *from) {
    to->count += from->count;
    to->failures += from->failures;
}

/* A minute without a request is no number, which is not at least anything. */
static bool succeeds(const struct trials *minute, double least) {
    return 1 - trials_rate(minute) >= least;
}

void threshold_rules_on_minute(
    struct threshold_rules *rules, const struct trials *canary,
    const struct trials *stable) {
    add(&rules->canary, canary);
    add(&rules->stable, stable);
    rules->below_95 += !succeeds(canary, 0.95);
    rules->below_99 += !succeeds(canary, 0.99);
    double allowed = errors_times * trials_rate(&rules->stable);
    rules->book = rules->book || trials_rate(&rules->canary) > allowed;
    rules->argo = rules->below_95 > 0;
    rules->argo_patient = rules->below_95 > PATIENCE;
    rules->flagger = rules->below_99 >= CHECKS;
}
