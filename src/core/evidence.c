/* SPDX-License-Identifier: MIT */
#include "core/evidence.h"

#include <math.h>
#include <string.h>

#include "core/weight.h"

/* Facts about a user beside the metrics in which it failed. */
enum { FACT_SEEN = 1 << 10, FACT_ON_CANARY = 1 << 11 };
_Static_assert(HARM_METRIC_COUNT <= 10, "a bit for each metric");

/* More canary users than it can take. */
enum { USERS_NEEDED_MAX = 10000 };

static bool is_on(const struct evidence *evidence, enum harm_metric metric) {
    return (evidence->rules.metrics & HARM_BIT(metric)) != 0;
}

void evidence_init(struct evidence *evidence, const struct rollout_rules *rules) {
    memset(evidence, 0, sizeof *evidence);
    evidence->rules = *rules;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        harm_init(&evidence->harms[i], (enum harm_metric)i, rules);
    }
    rank_test_init(&evidence->ranks);
}

/* Limits */

static const struct baseline *baseline_of(
    const struct evidence *evidence, enum harm_metric metric) {
    switch (harm_metric_source(metric)) {
    case HARM_SOURCE_LATENCY: return &evidence->latency;
    case HARM_SOURCE_COST: return &evidence->cost;
    case HARM_SOURCE_TOKENS: return &evidence->tokens;
    case HARM_SOURCE_TOLD:
    case HARM_SOURCE_RANK: break;
    }
    return NULL;
}

static void take_limit(struct evidence *evidence, enum harm_metric metric) {
    const struct baseline *baseline = baseline_of(evidence, metric);
    if (!baseline || !baseline_is_enough(baseline)) return;
    struct harm *harm = &evidence->harms[metric];
    harm->limit = baseline_quantile(baseline, 1 - harm_metric_share(metric));
    harm->has_limit = true;
}

/* As soon as stable has shown what is usual, not only at the next step. The observation
 * that is to be measured by it has no part in it, so that it could be known before. */
static void take_first_limits(struct evidence *evidence) {
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        if (!evidence->harms[i].has_limit) take_limit(evidence, (enum harm_metric)i);
    }
}

void evidence_start_step(struct evidence *evidence, uint32_t weight_bp) {
    split_check_start_step(&evidence->split, weight_bp);
    /* Where the same users were a step ago says much about where they are now, so that
     * the two must not be multiplied. */
    evidence->step_split = (struct split_check){.weight_bp = weight_bp};
    evidence->in_step = (struct roll_call){{0}};
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        harm_start_step(&evidence->harms[i]);
        take_limit(evidence, (enum harm_metric)i);
    }
    histogram_init(&evidence->latencies[ARM_STABLE]);
    histogram_init(&evidence->latencies[ARM_CANARY]);
}

void evidence_start_over(struct evidence *evidence) {
    uint32_t weight_bp = evidence->split.weight_bp;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        struct harm before = evidence->harms[i];
        harm_init(&evidence->harms[i], (enum harm_metric)i, &evidence->rules);
        evidence->harms[i].limit = before.limit;
        evidence->harms[i].has_limit = before.has_limit;
    }
    rank_test_init(&evidence->ranks);
    evidence->log_peak = 0;
    evidence->split = (struct split_check){.weight_bp = weight_bp};
    evidence->step_split = evidence->split;
    evidence->in_step = (struct roll_call){{0}};
    histogram_init(&evidence->latencies[ARM_STABLE]);
    histogram_init(&evidence->latencies[ARM_CANARY]);
}

/* One observation */

static uint64_t value_of(const struct observation *seen, enum harm_metric metric) {
    switch (harm_metric_source(metric)) {
    case HARM_SOURCE_LATENCY:
        return seen->is_warming ? OBSERVATION_UNKNOWN : seen->latency_us;
    case HARM_SOURCE_COST: return seen->cost_micro;
    case HARM_SOURCE_TOKENS: return seen->tokens;
    case HARM_SOURCE_TOLD:
    case HARM_SOURCE_RANK: break;
    }
    return OBSERVATION_UNKNOWN;
}

/* "At most so many times as slow": the limit of stable is so much lower. */
static bool is_above(
    const struct evidence *evidence, enum harm_metric metric,
    const struct observation *seen) {
    double limit = (double)evidence->harms[metric].limit;
    bool is_slack = harm_metric_source(metric) == HARM_SOURCE_LATENCY &&
                    seen->assigned == ARM_STABLE;
    if (is_slack) limit /= evidence->rules.slower_tolerated;
    return (double)value_of(seen, metric) > limit;
}

/* Whether the observation says anything about the metric, and whether it failed. */
struct outcome {
    bool counts, failed;
};

static struct outcome outcome_in(
    const struct evidence *evidence, enum harm_metric metric,
    const struct observation *seen) {
    struct outcome outcome = {false, false};
    if (!is_on(evidence, metric)) return outcome;
    enum harm_source source = harm_metric_source(metric);
    if (source == HARM_SOURCE_TOLD) {
        uint32_t told = seen->told | seen->failed | HARM_BIT(HARM_ERRORS);
        outcome.counts = (told & HARM_BIT(metric)) != 0;
        outcome.failed = (seen->failed & HARM_BIT(metric)) != 0;
    } else if (source != HARM_SOURCE_RANK) {
        outcome.counts = evidence->harms[metric].has_limit &&
                         value_of(seen, metric) != OBSERVATION_UNKNOWN;
        outcome.failed = outcome.counts && is_above(evidence, metric, seen);
    }
    return outcome;
}

static void learn_value(struct baseline *baseline, uint64_t value) {
    if (value != OBSERVATION_UNKNOWN) baseline_add(baseline, value);
}

static void learn(struct evidence *evidence, const struct observation *seen) {
    if (seen->is_running || seen->assigned != ARM_STABLE) return;
    learn_value(&evidence->latency, value_of(seen, HARM_P50));
    learn_value(&evidence->cost, seen->cost_micro);
    learn_value(&evidence->tokens, seen->tokens);
    bool failed = (seen->failed & HARM_BIT(HARM_ERRORS)) != 0;
    if (seen->weight_bp == 0) {
        surroundings_learn(&evidence->surroundings, failed);
        return;
    }
    surroundings_add(&evidence->surroundings, failed);
}

/* Counts what finished, and returns in what it failed. */
static uint32_t count(struct evidence *evidence, const struct observation *seen) {
    uint32_t failed = 0;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        struct harm *harm = &evidence->harms[i];
        struct outcome outcome = outcome_in(evidence, (enum harm_metric)i, seen);
        if (outcome.failed) failed |= HARM_BIT(i);
        if (!outcome.counts || seen->is_running) continue;
        harm_try(harm, seen->assigned, outcome.failed);
        if (!evidence->rules.is_split_unknown) continue;
        harm_gather(harm, seen->assigned, outcome.failed);
    }
    return failed;
}

/* Failures that matter most still find a place when slow requests do not any more. */
static uint32_t know(
    struct evidence *evidence, const struct observation *seen, uint32_t failed) {
    uint32_t presence = FACT_SEEN;
    if (seen->assigned == ARM_CANARY) presence |= FACT_ON_CANARY;
    if (seen->user == 0) return failed | presence;
    uint32_t told = failed & (HARM_BIT(HARM_ERRORS) | HARM_BIT(HARM_TOOLS) |
                              HARM_BIT(HARM_REFUSALS));
    struct known_users *known = &evidence->known;
    uint32_t fresh = 0;
    if (told != 0) fresh |= known_users_add(known, seen->user, told, KNOWN_USERS_MAX);
    return fresh |
           known_users_add(
               known, seen->user, (failed & ~told) | presence, KNOWN_USERS_SEEN_MAX);
}

static void rank(struct evidence *evidence, const struct observation *seen) {
    uint64_t latency_us = value_of(seen, HARM_P50);
    if (!is_on(evidence, HARM_RANKS) || latency_us == OBSERVATION_UNKNOWN) return;
    if (seen->assigned == ARM_STABLE) {
        rank_test_on_stable(&evidence->ranks, latency_us);
    } else {
        rank_test_on_canary(&evidence->ranks, latency_us, seen->chance);
    }
}

static void check_split(
    struct evidence *evidence, const struct observation *seen, bool is_new) {
    if (seen->weight_bp != evidence->split.weight_bp) return;
    bool on_canary = seen->served == ARM_CANARY;
    if (is_new) split_check_add(&evidence->split, on_canary);
    if (seen->user != 0 && !roll_call_is_new(&evidence->in_step, seen->user)) return;
    split_check_add(&evidence->step_split, on_canary);
}

/* What is seen of a user for the first time. */
static void meet(
    struct evidence *evidence, const struct observation *seen, uint32_t fresh) {
    check_split(evidence, seen, (fresh & FACT_SEEN) != 0);
    if ((fresh & FACT_ON_CANARY) != 0) evidence->users[ARM_CANARY]++;
    if ((fresh & FACT_SEEN) == 0) return;
    if (seen->assigned == ARM_STABLE) evidence->users[ARM_STABLE]++;
    if (!seen->is_running) rank(evidence, seen);
}

static void test(
    struct evidence *evidence, const struct observation *seen, uint32_t fresh) {
    if (evidence->rules.is_split_unknown) return;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        if ((fresh & HARM_BIT(i)) == 0) continue;
        harm_fail(
            &evidence->harms[i], seen->assigned, weight_ratio(seen->weight_bp),
            &evidence->rules);
    }
}

/* While stable is in trouble, each of its failures starts the comparison again. */
static void forget_if_bad(struct evidence *evidence) {
    if (!surroundings_are_bad(&evidence->surroundings)) return;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) harm_forget_steady(&evidence->harms[i]);
}

static void mind_surroundings(
    struct evidence *evidence, const struct observation *seen) {
    bool failed = (seen->failed & HARM_BIT(HARM_ERRORS)) != 0;
    if (failed && seen->assigned == ARM_STABLE) forget_if_bad(evidence);
}

static void settle(struct evidence *evidence) {
    evidence->log_peak = fmax(evidence->log_peak, evidence_log_value(evidence));
}

uint32_t evidence_add(struct evidence *evidence, const struct observation *seen) {
    bool is_sound = seen->weight_bp <= WEIGHT_ALL_BP;
    take_first_limits(evidence);
    if (is_sound) learn(evidence, seen);
    if (!is_sound || seen->weight_bp == 0) {
        evidence->outside++;
        return 0;
    }
    uint64_t latency_us = value_of(seen, HARM_P50);
    if (!seen->is_running && latency_us != OBSERVATION_UNKNOWN) {
        histogram_record(&evidence->latencies[seen->assigned], latency_us, 1);
    }
    uint32_t fresh = know(evidence, seen, count(evidence, seen));
    mind_surroundings(evidence, seen);
    meet(evidence, seen, fresh);
    test(evidence, seen, fresh);
    bool may_have_moved = (fresh & HARM_ALL) != 0 || is_on(evidence, HARM_RANKS) ||
                          evidence->rules.is_split_unknown;
    if (may_have_moved) settle(evidence);
    return seen->user == 0 ? 0 : fresh;
}

void evidence_add_counts(
    struct evidence *evidence, enum harm_metric metric, const struct trials *canary,
    const struct trials *stable) {
    if (!evidence->rules.is_split_unknown || !is_on(evidence, metric)) return;
    bool is_before = evidence->split.weight_bp == 0;
    if (metric == HARM_ERRORS && is_before) {
        surroundings_learn_counts(&evidence->surroundings, stable);
    } else if (metric == HARM_ERRORS) {
        surroundings_add_counts(&evidence->surroundings, stable);
    }
    if (is_before) return;
    harm_add_block(&evidence->harms[metric], canary, stable);
    if (metric == HARM_ERRORS && stable->failures > 0) forget_if_bad(evidence);
    settle(evidence);
}

void evidence_restore_user(struct evidence *evidence, uint64_t user, uint32_t facts) {
    known_users_add(&evidence->known, user, facts, KNOWN_USERS_MAX);
}

/* Evidence */

double evidence_log_value_in(const struct evidence *evidence, enum harm_metric metric) {
    if (!is_on(evidence, metric)) return 0;
    if (metric == HARM_RANKS) return mixture_log_value(&evidence->ranks.mixture);
    return harm_log_value(&evidence->harms[metric], &evidence->rules);
}

double evidence_log_value(const struct evidence *evidence) {
    double logs[HARM_METRIC_COUNT];
    double most = 0;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        logs[i] = evidence_log_value_in(evidence, (enum harm_metric)i);
        most = fmax(most, logs[i]);
    }
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        double weight =
            harm_metric_weight((enum harm_metric)i, evidence->rules.metrics);
        sum += weight * exp(logs[i] - most);
        weights += weight;
    }
    /* Rounded in the same way as the sum: nothing seen is exactly 1. */
    return most + log(sum / weights);
}

double evidence_p_value(const struct evidence *evidence) {
    return fmin(1, exp(-evidence->log_peak));
}

const struct split_check *evidence_broken_split(const struct evidence *evidence) {
    if (evidence->rules.is_split_unknown) return NULL;
    if (split_check_is_broken(&evidence->split)) return &evidence->split;
    bool is_broken = split_check_is_broken(&evidence->step_split);
    return is_broken ? &evidence->step_split : NULL;
}

static bool is_latency(const struct rollout_rules *rules, enum harm_metric metric) {
    return (rules->metrics & HARM_BIT(metric)) != 0 &&
           harm_metric_source(metric) == HARM_SOURCE_LATENCY;
}

/* Counters say nothing of it. */
uint32_t evidence_stable_needed(const struct rollout_rules *rules, uint32_t weight_bp) {
    if (rules->is_split_unknown || weight_bp == WEIGHT_ALL_BP) return 0;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        if (is_latency(rules, (enum harm_metric)i)) return BASELINE_LEAST;
    }
    return 0;
}

uint64_t evidence_measured(const struct evidence *evidence) {
    uint64_t fewest = UINT64_MAX;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        if (!is_latency(&evidence->rules, (enum harm_metric)i)) continue;
        uint64_t count = evidence->harms[i].all[ARM_CANARY].count;
        if (count < fewest) fewest = count;
    }
    return fewest;
}

uint32_t evidence_users_needed(const struct rollout_rules *rules, double rho) {
    if (rules->is_split_unknown || !(rho > 0 && rho < 1)) return 0;
    double weight = harm_metric_weight(HARM_ERRORS, rules->metrics);
    struct sequential test;
    sequential_init_failures(&test, rules->failures_tolerated);
    uint32_t users = 0;
    double value = 1;
    while (value < 1 / rules->alpha && users < USERS_NEEDED_MAX) {
        sequential_on_failure(&test, rho, true);
        users++;
        value = weight * exp(sequential_log_value(&test)) + (1 - weight);
    }
    return users;
}
