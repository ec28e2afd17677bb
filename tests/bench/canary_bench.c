/* How a canary is decided about beside fixed thresholds,
 * on a service that is made up: how often a healthy one is rolled back,
 * how soon a bad one, and what one more request costs. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/units.h"
#include "core/book_rule.h"
#include "core/weight.h"
#include "support/bars.h"
#include "support/canary_speed.h"
#include "support/mixed_users.h"
#include "support/simulated_rollout.h"

enum { SPEED_RUNS = 1000, SLOW_RUNS = 400, PERCENT = 100, TEN_MINUTES_MS = 600000 };

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static int by_size(const void *a, const void *b) {
    const double *one = a;
    const double *other = b;
    return (*one > *other) - (*one < *other);
}

/* How fast */

static void tell_errors(struct random *random) {
    static const struct {
        double stable_rate, rho;
    } rows[] = {
        {0.002, 0.05}, {0.005, 0.05}, {0.02, 0.05}, {0.005, 0.25}, {0.005, 0.5}};
    static const double ratios[] = {2, 3, 5, 10, 30};
    printf(
        "canary requests until rolled back by errors, median/p90 of %d runs\n",
        SPEED_RUNS);
    printf("stable   weight");
    for (size_t j = 0; j < COUNT_OF(ratios); j++) printf(" %12.0fx", ratios[j]);
    printf("\n");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        printf(
            "%5.1f %% %6.0f %%", rows[i].stable_rate * PERCENT, rows[i].rho * PERCENT);
        for (size_t j = 0; j < COUNT_OF(ratios); j++) {
            const struct speed_case speed_case = {
                rows[i].rho, rows[i].stable_rate, rows[i].stable_rate * ratios[j]};
            struct speed speed = speed_of_errors(random, &speed_case, SPEED_RUNS);
            printf("  %5.0f/%6.0f", speed.median, speed.p90);
        }
        printf("\n");
        fflush(stdout);
    }
}

static void tell_latency(struct random *random) {
    static const struct {
        const char *name;
        struct slow_case slow_case;
    } rows[] = {
        {"all 1.2x slower", {1.2, 1}},    {"all 1.5x slower", {1.5, 1}},
        {"all 2x slower", {2, 1}},        {"all 3x slower", {3, 1}},
        {"5 % are 5x slower", {5, 0.05}}, {"5 % are 20x slower", {20, 0.05}},
    };
    printf(
        "\ncanary requests until rolled back by latency, 5 %%, median of %d runs\n",
        SLOW_RUNS);
    printf("%-20s %8s %8s\n", "", "limits", "ranks");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct speed limits = speed_of_limits(random, &rows[i].slow_case, SLOW_RUNS);
        struct speed ranks = speed_of_ranks(random, &rows[i].slow_case, SLOW_RUNS);
        printf("%-20s %8.0f %8.0f\n", rows[i].name, limits.median, ranks.median);
        fflush(stdout);
    }
}

/* Beside thresholds: ten minutes at 5 % */

struct odds {
    unsigned runs, book, argo, argo_patient, flagger;
    unsigned ended[DECISION_COUNT];
};

static struct odds measure_window(
    struct simulated_rollout *rollout, unsigned runs, uint32_t metrics) {
    struct odds odds = {.runs = runs};
    struct rollout_rules rules = rollout_rules_default();
    rules.metrics = metrics;
    rules.most_ms = rules.hold_ms = TEN_MINUTES_MS;
    rollout->runs_on = true;
    for (unsigned i = 0; i < runs; i++) {
        simulated_rollout_begin(rollout, &rules);
        odds.ended[simulated_rollout_step(rollout, 500, 5000)]++;
        odds.book += rollout->others.book;
        odds.argo += rollout->others.argo;
        odds.argo_patient += rollout->others.argo_patient;
        odds.flagger += rollout->others.flagger;
    }
    rollout->runs_on = false;
    return odds;
}

static double ratio(unsigned count, const struct odds *odds) {
    return (double)count / odds->runs;
}

static void tell_odds(const char *name, const struct odds *odds) {
    printf(
        "%-32s %6.3f %6.3f %6.3f %8.3f   %.3f / %.3f / %.3f\n", name,
        ratio(odds->book, odds), ratio(odds->argo, odds),
        ratio(odds->argo_patient, odds), ratio(odds->flagger, odds),
        ratio(odds->ended[DECISION_ROLL_BACK], odds),
        ratio(odds->ended[DECISION_PROMOTE], odds),
        ratio(odds->ended[DECISION_INCONCLUSIVE], odds));
    fflush(stdout);
}

struct window_case {
    double requests_per_s, canary_rate, outage_rate;
    unsigned runs;
    uint32_t metrics;
};

enum { BY_ERRORS = HARM_BIT(HARM_ERRORS), BY_ALL = HARM_OF_REQUESTS };

static struct odds tell_window(
    struct simulated_rollout *rollout, const struct window_case *window) {
    char name[64];
    snprintf(
        name, sizeof name, "%g rps, %g %%%s%s", window->requests_per_s,
        window->canary_rate * PERCENT, window->outage_rate > 0 ? ", outage" : "",
        window->metrics == BY_ALL ? ", all metrics" : "");
    rollout->requests_per_s = window->requests_per_s;
    rollout->stable_rate = 0.005;
    rollout->canary_rate = window->canary_rate;
    rollout->outage_rate = window->outage_rate;
    struct odds odds = measure_window(rollout, window->runs, window->metrics);
    tell_odds(name, &odds);
    return odds;
}

static void tell_windows(struct simulated_rollout *rollout) {
    static const struct window_case windows[] = {
        {0.1, 0.005, 0, 2000, BY_ERRORS}, {0.5, 0.005, 0, 2000, BY_ERRORS},
        {2, 0.005, 0, 2000, BY_ERRORS},   {2, 0.05, 0, 1000, BY_ERRORS},
        {2, 0.15, 0, 1000, BY_ERRORS},    {10, 0.005, 0, 400, BY_ERRORS},
        {10, 0.05, 0, 400, BY_ERRORS},    {50, 0.005, 0, 400, BY_ERRORS},
        {50, 0.02, 0, 400, BY_ERRORS},    {2, 0.005, 0.3, 2000, BY_ERRORS},
        {10, 0.005, 0.3, 400, BY_ERRORS},
    };
    printf(
        "\nten minutes at 5 %%, stable fails 0.5 %%: how often rolled back\n"
        "%-32s %6s %6s %6s %8s   ours: back / promoted to 50 %% / undecided\n",
        "canary", "book", "argo", "argo 3", "flagger");
    for (size_t i = 0; i < COUNT_OF(windows); i++) tell_window(rollout, &windows[i]);
}

/* As it is done by default. */
static void measure_windows(struct simulated_rollout *rollout) {
    const struct window_case healthy = {2, 0.005, 0, 4000, BY_ALL};
    const struct window_case out = {2, 0.005, 0.3, 4000, BY_ALL};
    struct odds odds = tell_window(rollout, &healthy);
    struct odds outage = tell_window(rollout, &out);
    double ours = ratio(odds.ended[DECISION_ROLL_BACK], &odds);
    double book = ratio(odds.book, &odds);
    bar_at_most("healthy_rolled_back_percent", ours * PERCENT, 1);
    bar_at_most("healthy_rolled_back_to_book", ours / book, 0.1);
    bar_at_most(
        "outage_rolled_back_percent",
        ratio(outage.ended[DECISION_ROLL_BACK], &outage) * PERCENT, 0.5);
    bar_at_most(
        "outage_rolled_back_to_book",
        (double)outage.ended[DECISION_ROLL_BACK] / outage.book, 0.1);
}

/* How often the p95 of 60 requests is more than 1.2 times that of 1140, by chance. */
enum { P95_RUNS = 4000, P95_CANARY = 60, P95_STABLE = 1140 };

static double p95_of(struct random *random, size_t count) {
    double values[P95_STABLE];
    for (size_t i = 0; i < count; i++) values[i] = random_lognormal(random, 1, 1);
    qsort(values, count, sizeof *values, by_size);
    return values[(count * 95 + 99) / 100 - 1];
}

static void tell_p95(struct random *random) {
    unsigned higher = 0;
    for (unsigned i = 0; i < P95_RUNS; i++) {
        higher += p95_of(random, P95_CANARY) > 1.2 * p95_of(random, P95_STABLE);
    }
    printf(
        "\np95 of %d requests more than 1.2 times that of %d by chance: %.3f\n",
        P95_CANARY, P95_STABLE, (double)higher / P95_RUNS);
}

/* Whole rollouts */

struct journey {
    const char *name;
    double requests_per_s, canary_rate;
    unsigned runs;
};

struct arrival {
    double promoted, back;    /* ratios */
    double minutes, failures; /* median minutes, mean failures a user saw */
};

enum { JOURNEYS_MAX = 400 };

static struct arrival measure_journey(
    struct simulated_rollout *rollout, const struct journey *journey) {
    struct arrival arrival = {0};
    double minutes[JOURNEYS_MAX];
    struct rollout_rules rules = rollout_rules_default();
    rules.metrics = BY_ALL;
    rollout->requests_per_s = journey->requests_per_s;
    rollout->canary_rate = journey->canary_rate;
    rollout->outage_rate = 0;
    for (unsigned i = 0; i < journey->runs; i++) {
        simulated_rollout_begin(rollout, &rules);
        enum decision_kind kind = simulated_rollout_run(rollout);
        arrival.promoted += kind == DECISION_PROMOTE;
        arrival.back += kind == DECISION_ROLL_BACK;
        arrival.failures += (double)rollout->canary_failures;
        minutes[i] = (double)rollout->now_ms / 60000;
    }
    qsort(minutes, journey->runs, sizeof *minutes, by_size);
    arrival.promoted /= journey->runs;
    arrival.back /= journey->runs;
    arrival.failures /= journey->runs;
    arrival.minutes = minutes[journey->runs / 2];
    return arrival;
}

static void measure_journeys(struct simulated_rollout *rollout) {
    static const struct journey journeys[] = {
        {"1 rps, healthy", 1, 0.005, 200}, {"2 rps, healthy", 2, 0.005, 200},
        {"2 rps, 15 %", 2, 0.15, 400},     {"10 rps, healthy", 10, 0.005, 100},
        {"10 rps, 2 %", 10, 0.02, 100},    {"10 rps, 1 %", 10, 0.01, 100},
    };
    printf(
        "\nwhole rollouts, 5 %% to 100 %%, ten minutes to an hour for a step, all "
        "metrics\n"
        "%-18s %9s %12s %10s %8s %16s\n",
        "", "promoted", "rolled back", "undecided", "minutes", "canary failures");
    double harmful = 0;
    for (size_t i = 0; i < COUNT_OF(journeys); i++) {
        struct arrival arrival = measure_journey(rollout, &journeys[i]);
        printf(
            "%-18s %9.3f %12.3f %10.3f %8.1f %16.1f\n", journeys[i].name,
            arrival.promoted, arrival.back, 1 - arrival.promoted - arrival.back,
            arrival.minutes, arrival.failures);
        fflush(stdout);
        if (journeys[i].canary_rate >= 0.02) harmful = fmax(harmful, arrival.promoted);
    }
    bar_at_most("harmful_promoted_percent", harmful * PERCENT, 0);
}

/* Sticky users, all metrics: what the product does */

enum { BAD_RUNS = 400 };

static void begin_users(struct evidence *evidence, struct mixed_users *users) {
    struct rollout_rules rules = rollout_rules_default();
    rules.metrics = BY_ALL;
    evidence_init(evidence, &rules);
    evidence_start_step(evidence, users->weight_bp);
    mixed_users_draw(users);
}

static double requests_until_back(
    struct evidence *evidence, struct mixed_users *users) {
    begin_users(evidence, users);
    const struct decision_moment moment = {
        .weight_bp = users->weight_bp, .next_bp = 2500, .is_ready = true};
    double on_canary = 0;
    while (on_canary < 10000) {
        struct observation seen = mixed_users_ask(users);
        evidence_add(evidence, &seen);
        if (seen.assigned != ARM_CANARY) continue;
        on_canary++;
        if (seen.failed == 0) continue;
        if (decision_make(evidence, &moment).kind == DECISION_ROLL_BACK) break;
    }
    return on_canary;
}

static void measure_users(struct evidence *evidence, struct mixed_users *users) {
    double requests[BAD_RUNS];
    users->count = MIXED_USERS_MAX;
    users->weight_bp = 500;
    users->stable_rate = 0.005;
    users->canary_rate = 0.15;
    for (unsigned i = 0; i < BAD_RUNS; i++) {
        requests[i] = requests_until_back(evidence, users);
    }
    qsort(requests, BAD_RUNS, sizeof *requests, by_size);
    printf(
        "\n15 %% against 0.5 %%, 5 %% of %d users: %.0f canary requests, p90 %.0f\n",
        MIXED_USERS_MAX, requests[BAD_RUNS / 2], requests[BAD_RUNS * 9 / 10]);
    bar_at_most("requests_until_bad_rolled_back", requests[BAD_RUNS / 2], 40);
}

/* Cost */

static uint64_t cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

enum { UPDATES = 1000000, DECISIONS = 2000 };

static void measure_cost(struct evidence *evidence, struct mixed_users *users) {
    begin_users(evidence, users);
    for (unsigned i = 0; i < BASELINE_LEAST; i++) {
        baseline_add(&evidence->latency, 1 + i * 1000);
    }
    evidence_start_step(evidence, users->weight_bp);
    struct observation *seen = memory_new(UPDATES * sizeof *seen);
    for (unsigned i = 0; i < UPDATES; i++) {
        seen[i] = mixed_users_ask(users);
        seen[i].latency_us = random_below(&users->random, 1000000);
    }
    uint64_t start_ns = cpu_ns();
    for (unsigned i = 0; i < UPDATES; i++) evidence_add(evidence, &seen[i]);
    double update_ns = (double)(cpu_ns() - start_ns) / UPDATES;
    const struct decision_moment moment = {
        .weight_bp = users->weight_bp, .next_bp = 2500, .is_ready = true};
    start_ns = cpu_ns();
    double sum = 0;
    for (unsigned i = 0; i < DECISIONS; i++) {
        struct decision decision = decision_make(evidence, &moment);
        sum += decision.extra;
    }
    double decision_ns = (double)(cpu_ns() - start_ns) / DECISIONS;
    printf(
        "\none observation %.0f ns, one decision %.1f us (%.3f)\n", update_ns,
        decision_ns / 1000, sum / DECISIONS);
    bar_at_most("ns_per_observation", update_ns, 2000);
    bar_at_most("us_per_decision", decision_ns / 1000, 200);
    free(seen);
}

int main(void) {
    struct random random;
    random_seed(&random, 15);
    tell_errors(&random);
    tell_latency(&random);
    struct simulated_rollout *rollout = memory_new(sizeof *rollout);
    struct mixed_users *users = memory_new(sizeof *users);
    random_seed(&rollout->random, 16);
    random_seed(&users->random, 17);
    tell_p95(&random);
    tell_windows(rollout);
    measure_windows(rollout);
    measure_journeys(rollout);
    measure_users(&rollout->evidence, users);
    measure_cost(&rollout->evidence, users);
    printf("\n%s\n", BOOK_RULE_WARNING);
    free(users);
    free(rollout);
    return 0;
}
