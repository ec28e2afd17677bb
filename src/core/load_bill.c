/* SPDX-License-Identifier: MIT */
#include "core/load_bill.h"

#include <math.h>

#include "base/units.h"
#include "core/load_level.h"

static double in_seconds(uint64_t ns) {
    return (double)ns / (double)NS_PER_S;
}

/* How long a user takes from one request to the next at least, in the mean. */
static double turn_s(const struct load_plan *plan) {
    if (plan->pacing_ns > 0) return in_seconds(plan->pacing_ns);
    return (in_seconds(plan->think_min_ns) + in_seconds(plan->think_max_ns)) / 2;
}

static double peak_level(const struct load_plan *plan) {
    double peak = plan->level;
    for (uint32_t i = 0; i < plan->stage_count; i++) {
        peak = fmax(peak, plan->stages[i].level);
    }
    return peak;
}

static double cap_requests(const struct load_plan *plan, double requests) {
    if (plan->requests_max == 0) return requests;
    return fmin(requests, (double)plan->requests_max);
}

void load_bill_of(
    const struct load_plan *plan, const struct target *target, struct load_bill *bill) {
    struct load_level level;
    bool users = plan->model == LOAD_USERS;
    double per_level = users ? 1 / turn_s(plan) : 1; /* infinity without a pause */
    load_level_begin(&level, plan);
    /* Each user begins with a request. */
    double first = users ? peak_level(plan) : 0;
    double sum = load_level_sum(&level, plan->run_time_ns);
    bill->requests = cap_requests(plan, sum * per_level + first);
    bill->peak_rps = peak_level(plan) * per_level;
    bill->free = target->class == TARGET_LOCAL && !target->real_model &&
                 isnan(target->load.usd_per_request);
    bill->tokens = bill->requests * target->load.tokens_per_request;
    bill->usd = bill->free ? 0 : bill->requests * target->load.usd_per_request;
}

double load_bill_cap(const struct target *target) {
    if (target->class != TARGET_PRODUCTION) return INFINITY;
    if (!isnan(target->load.max_rps)) return target->load.max_rps;
    return LOAD_PRODUCTION_RPS;
}
