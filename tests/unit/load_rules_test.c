/* SPDX-License-Identifier: MIT */
#include "core/load_rules.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/random.h"

enum { RUN_S = 60, HEALTHY_RUNS = 2000, SICK_RUNS = 200 };

#define MIB (1024.0 * 1024)

static struct load_rule_second healthy_second(struct random *random, unsigned second) {
    double load = 100 + 5 * random_normal(random);
    return (struct load_rule_second){
        .load = load,
        .p95_ms = random_lognormal(random, 200, 0.2),
        .memory_bytes = 300 * MIB + fabs(random_normal(random)) * 4 * MIB,
        .queue_depth = floor(random_exponential(random, 6)),
        .requests = (uint64_t)load,
        .failures = second % 20 == 7,
    };
}

/* What changes a healthy second; NULL changes nothing. */
typedef void (*change_fn)(
    struct load_rule_second *second, struct random *random, unsigned at);

static void run(
    struct load_rules *rules, struct random *random, unsigned seconds,
    change_fn change) {
    load_rules_init(rules);
    for (unsigned at = 0; at < seconds; at++) {
        struct load_rule_second second = healthy_second(random, at);
        if (change) change(&second, random, at);
        load_rules_on_second(rules, &second);
    }
}

static unsigned count_found(
    enum load_rule rule, unsigned runs, unsigned seconds, change_fn change) {
    struct random random;
    struct load_rules rules;
    unsigned found = 0;
    random_seed(&random, 7 + rule);
    for (unsigned i = 0; i < runs; i++) {
        run(&rules, &random, seconds, change);
        found += load_rules_find(&rules, rule).verdict == VERDICT_FAIL;
    }
    return found;
}

/* Healthy in ways that could fool a rule. */
static void warm_up(
    struct load_rule_second *second, struct random *random, unsigned at) {
    (void)random;
    second->memory_bytes += 200 * MIB * (1 - exp(-(double)at / 8));
    second->queue_depth += 40 * (1 - exp(-(double)at / 5));
}

static void collect_garbage(
    struct load_rule_second *second, struct random *random, unsigned at) {
    (void)random;
    second->memory_bytes += (double)(at % 17) * 6 * MIB;
    second->queue_depth += (double)(at % 9) * 3;
}

static void take_an_arena(
    struct load_rule_second *second, struct random *random, unsigned at) {
    (void)random;
    if (at > 20) second->memory_bytes += 64 * MIB;
    if (at > 15 && at < 25) second->queue_depth += 80;
}

static void ramp_up(
    struct load_rule_second *second, struct random *random, unsigned at) {
    (void)random;
    second->load = 10 + (double)at * 4;
    second->requests = (uint64_t)second->load;
    second->memory_bytes += (double)at * MIB;
    second->queue_depth += (double)at;
    second->ramping = true;
}

static void healthy_runs_are_left_alone(void **state) {
    (void)state;
    static const change_fn healthy[] = {
        NULL, warm_up, collect_garbage, take_an_arena, ramp_up,
    };
    enum { CASES = LOAD_RULE_COUNT * sizeof healthy / sizeof *healthy };
    for (unsigned i = 0; i < CASES; i++) {
        enum load_rule rule = (enum load_rule)(i % LOAD_RULE_COUNT);
        change_fn change = healthy[i / LOAD_RULE_COUNT];
        unsigned found = count_found(rule, HEALTHY_RUNS, RUN_S, change);
        if (found <= HEALTHY_RUNS / 500) continue;
        fail_msg("%s, case %u: %u", load_rule_name(rule), i, found);
    }
}

static void leak(struct load_rule_second *second, struct random *random, unsigned at) {
    (void)random;
    second->memory_bytes += (double)at * 1e6;
}

/* With a collector of garbage on top of it, which takes most of it back. */
static void leak_behind_garbage(
    struct load_rule_second *second, struct random *random, unsigned at) {
    leak(second, random, at);
    second->memory_bytes += (double)(at % 7) * 3 * MIB;
}

static void swell(struct load_rule_second *second, struct random *random, unsigned at) {
    (void)random;
    second->queue_depth += (double)at * 2;
}

static void slow_down(
    struct load_rule_second *second, struct random *random, unsigned at) {
    ramp_up(second, random, at);
    second->p95_ms *= 1 + (double)at / 20;
}

static void fail_often(
    struct load_rule_second *second, struct random *random, unsigned at) {
    (void)random;
    (void)at;
    second->failures = 2;
}

static void sick_runs_are_found_within_a_minute(void **state) {
    (void)state;
    static const struct {
        enum load_rule rule;
        change_fn sickness;
    } cases[] = {
        {LOAD_RULE_MEMORY, leak},       {LOAD_RULE_MEMORY, leak_behind_garbage},
        {LOAD_RULE_QUEUE, swell},       {LOAD_RULE_LATENCY, slow_down},
        {LOAD_RULE_ERRORS, fail_often},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned found =
            count_found(cases[i].rule, SICK_RUNS, RUN_S, cases[i].sickness);
        if (found != SICK_RUNS) fail_msg("case %zu: %u of %d", i, found, SICK_RUNS);
    }
}

static void slow_leak(
    struct load_rule_second *second, struct random *random, unsigned at) {
    (void)random;
    second->memory_bytes += (double)at * 20e3;
}

static void a_soak_finds_what_an_hour_shows(void **state) {
    (void)state;
    assert_int_equal(count_found(LOAD_RULE_MEMORY, 20, 3600, slow_leak), 20);
    assert_int_equal(count_found(LOAD_RULE_MEMORY, 200, 3600, NULL), 0);
    assert_int_equal(count_found(LOAD_RULE_QUEUE, 200, 3600, collect_garbage), 0);
}

static void the_evidence_says_how_much_and_how_sure(void **state) {
    (void)state;
    struct random random;
    struct load_rules rules;
    random_seed(&random, 3);
    run(&rules, &random, RUN_S, leak);
    const struct load_rule_finding found = load_rules_find(&rules, LOAD_RULE_MEMORY);
    assert_int_equal(found.verdict, VERDICT_FAIL);
    assert_non_null(strstr(found.evidence, "M to "));
    assert_non_null(strstr(found.evidence, " in 60s, "));
    assert_non_null(strstr(found.evidence, "K/s (99%: "));
}

static void unmeasure(
    struct load_rule_second *second, struct random *random, unsigned at) {
    (void)random;
    (void)at;
    second->memory_bytes = (double)NAN;
    second->queue_depth = (double)NAN;
}

static void what_nobody_measures_is_not_missed(void **state) {
    (void)state;
    struct random random;
    struct load_rules rules;
    random_seed(&random, 3);
    run(&rules, &random, RUN_S, unmeasure);
    assert_false(load_rules_find(&rules, LOAD_RULE_MEMORY).measured);
    assert_false(load_rules_find(&rules, LOAD_RULE_QUEUE).measured);
    run(&rules, &random, 10, leak);
    const struct load_rule_finding found = load_rules_find(&rules, LOAD_RULE_MEMORY);
    assert_int_equal(found.verdict, VERDICT_INCONCLUSIVE);
    assert_true(found.measured);
}

static void a_run_without_requests_says_nothing(void **state) {
    (void)state;
    struct load_rules rules;
    load_rules_init(&rules);
    for (unsigned rule = 0; rule < LOAD_RULE_COUNT; rule++) {
        assert_int_equal(
            load_rules_find(&rules, (enum load_rule)rule).verdict,
            VERDICT_INCONCLUSIVE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(healthy_runs_are_left_alone),
        cmocka_unit_test(sick_runs_are_found_within_a_minute),
        cmocka_unit_test(a_soak_finds_what_an_hour_shows),
        cmocka_unit_test(the_evidence_says_how_much_and_how_sure),
        cmocka_unit_test(what_nobody_measures_is_not_missed),
        cmocka_unit_test(a_run_without_requests_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
