/* How soon a bad version is taken back, and how many users have felt it:
 * real rollouts on a real HAProxy under load, of a version
 * that fails every seventh request from the first one on. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/bars.h"
#include "support/routed_rollout.h"

enum { RUNS = 20, USERS = 5000, TRIES_MAX = 200, REQUESTS_MAX = 40 };

#define LOOK_NS (20 * NS_PER_MS)

static const struct users_options users = {.count = USERS};

/* What came of the rollouts that the smoke test let through. */
struct bench {
    struct routed_rollout routed;
    size_t runs;
    unsigned smoked; /* that it did not */
    unsigned proven; /* taken back by evidence of harm */
    double requests[RUNS], failures[RUNS], seconds[RUNS];
    double rate; /* requests of users a second, of the last one */
};

static void spoil(struct routed_rollout *routed) {
    test_stack_fault(
        &routed->stack, "{\"version\":\"" ROUTED_STABLE "\",\"malformed\":0.005}");
    test_stack_fault(
        &routed->stack, "{\"version\":\"" ROUTED_CANARY "\",\"malformed\":0.15}");
}

/* Whether it came so far that users were sent there. */
static bool begin(struct routed_rollout *routed) {
    const struct rollout_status *status = &routed->rollout.status;
    routed_begin(routed, &users);
    while (status->phase != ROLLOUT_WATCHING && !status->ended) {
        routed_turn(routed, LOOK_NS);
    }
    return status->phase == ROLLOUT_WATCHING;
}

/* Once the controller has left, all that were under way have been answered. */
static void measure(struct bench *bench) {
    struct routed_rollout *routed = &bench->routed;
    const struct routed_counts before = routed_count(routed, "canary");
    uint64_t begun_ns = loop_clock_ns();
    if (!begin(routed)) {
        bench->smoked++;
        routed_see_off(routed);
        return;
    }
    uint64_t raised_ns = loop_clock_ns();
    routed_wait_for(routed, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD, 0);
    uint64_t back_ns = loop_clock_ns();
    struct users_result result = users_result(routed->users);
    if (strstr(routed->rollout.status.reason, "evidence of harm")) bench->proven++;
    routed_see_off(routed);
    const struct routed_counts after = routed_count(routed, "canary");
    size_t run = bench->runs++;
    bench->requests[run] = (double)(after.requests - before.requests);
    bench->failures[run] = (double)(after.failed - before.failed);
    bench->seconds[run] = (double)(back_ns - raised_ns) / NS_PER_S;
    bench->rate = (double)(result.answered + result.failed) * NS_PER_S /
                  (double)(back_ns - begun_ns);
}

static struct spread tell(const char *what, const double *values) {
    struct spread spread = spread_of(values, RUNS);
    printf(
        "%-48s least %5.1f, median %5.1f, most %5.1f\n", what, spread.least,
        spread.median, spread.most);
    return spread;
}

static void report(const struct bench *bench) {
    printf(
        "%d rollouts at 5 %% of about %.0f requests/s of %d users; the canary fails 15 "
        "%%, stable 0.5 %%\n",
        RUNS, bench->rate, USERS);
    struct spread requests =
        tell("canary requests until all are on stable", bench->requests);
    tell("failures of the canary that users saw", bench->failures);
    tell("seconds since the weight was raised", bench->seconds);
    printf("found out by the smoke test, without a user: %u more\n", bench->smoked);
    bar_at_most("rollback_requests", requests.median, REQUESTS_MAX);
    bar_at_least("rollback_by_evidence", bench->proven, RUNS);
}

int main(void) {
    struct bench *bench = memory_new(sizeof *bench);
    routed_init(&bench->routed, &(struct routed_options){0});
    spoil(&bench->routed);
    for (unsigned tries = 0; bench->runs < RUNS; tries++) {
        ensure(tries < TRIES_MAX);
        measure(bench);
    }
    report(bench);
    routed_clear(&bench->routed);
    free(bench);
    return 0;
}
