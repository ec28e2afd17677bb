/* SPDX-License-Identifier: MIT */
#include "core/load_turn.h"

#include "base/panic.h"

uint32_t load_turn_task(const struct load_plan *plan, struct random *random) {
    if (plan->task_count == 1) return 0;
    uint64_t total = 0;
    for (uint32_t i = 0; i < plan->task_count; i++) total += plan->tasks[i].weight;
    uint64_t at = random_below(random, total);
    for (uint32_t i = 0; i < plan->task_count; i++) {
        if (at < plan->tasks[i].weight) return i;
        at -= plan->tasks[i].weight;
    }
    panic("load: no task at %llu", (unsigned long long)at);
}

uint64_t load_turn_next(
    const struct load_plan *plan, struct random *random, uint64_t intended_ns,
    uint64_t done_ns) {
    if (plan->pacing_ns > 0) {
        uint64_t next_ns = intended_ns + plan->pacing_ns;
        return next_ns > done_ns ? next_ns : done_ns;
    }
    uint64_t spread_ns = plan->think_max_ns - plan->think_min_ns;
    uint64_t think_ns = plan->think_min_ns;
    if (spread_ns > 0) think_ns += random_below(random, spread_ns + 1);
    return done_ns + think_ns;
}
