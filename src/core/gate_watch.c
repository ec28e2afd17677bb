/* SPDX-License-Identifier: MIT */
#include "core/gate_watch.h"

#include <math.h>

#include "core/gate_window.h"

void gate_watch_init(struct gate_watch *watch, const struct gate *gate) {
    static const struct gate_finding nothing = {
        .verdict = VERDICT_INCONCLUSIVE, .value = (double)NAN};
    *watch = (struct gate_watch){.gate = *gate, .now = nothing, .worst = nothing};
    if (gate->window_s > 0) watch->window = gate_window_new(gate->window_s);
}

void gate_watch_clear(struct gate_watch *watch) {
    gate_window_free(watch->window);
    watch->window = NULL;
}

static bool wants_more(const struct gate *gate) {
    return gate->comparison == GATE_ABOVE || gate->comparison == GATE_AT_LEAST;
}

static bool is_worse(
    const struct gate *gate, const struct gate_finding *a,
    const struct gate_finding *b) {
    if (b->verdict == VERDICT_INCONCLUSIVE) return true;
    return wants_more(gate) ? a->value < b->value : a->value > b->value;
}

static void judge_window(struct gate_watch *watch) {
    if (!gate_window_is_full(watch->window)) return;
    bool grew = watch->steady_s < watch->gate.window_s;
    if (grew && wants_more(&watch->gate)) return;
    const struct gate_figures figures = gate_window_figures(watch->window);
    watch->now = gate_judge(&watch->gate, &figures);
    if (watch->now.verdict == VERDICT_INCONCLUSIVE) return;
    if (is_worse(&watch->gate, &watch->now, &watch->worst)) watch->worst = watch->now;
    if (watch->now.verdict == VERDICT_PASS || watch->broken) return;
    watch->broken = true;
    watch->broken_at_s = watch->second;
}

void gate_watch_on_second(
    struct gate_watch *watch, const struct gate_figures *second,
    const struct gate_figures *total, bool ramping) {
    watch->second++;
    if (!watch->window) {
        watch->now = gate_judge(&watch->gate, total);
        return;
    }
    watch->steady_s = ramping ? 0 : watch->steady_s + 1;
    gate_window_add(watch->window, second);
    judge_window(watch);
}

struct gate_finding gate_watch_finding(const struct gate_watch *watch) {
    return watch->window ? watch->worst : watch->now;
}
