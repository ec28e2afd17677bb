/* SPDX-License-Identifier: MIT */
#include "core/load_shown.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/load_judge.h"
#include "core/load_reading.h"

enum { MS_PER_S = 1000, STATUSES_SHOWN = 8, FIRST_ERROR = 400 };

static const double us_per_ms = 1000;
static const double us_per_s = 1e6;

static float ratio_of(uint64_t part, uint64_t whole) {
    return whole > 0 ? (float)((double)part / (double)whole) : NAN;
}

static double seconds_of(const struct load_course *course) {
    const struct load_report *total = &course->total;
    return (double)(total->end_ns - total->start_ns) / (double)NS_PER_S;
}

/* Failures of that kind so far, as the status of the second before has them. */
static uint64_t count_before(const struct load_status *status, const char *name) {
    for (unsigned i = 0; i < status->answer_count; i++) {
        if (strcmp(status->answers[i].name, name) == 0) return status->answers[i].count;
    }
    return 0;
}

/* Of the last whole second, or of the last few once neighbours were joined. */
static void fill_rates(
    struct load_status *status, const struct load_course *course,
    const struct load_row *sum) {
    if (course->moment_count == 0) return;
    const struct load_moment *moment = &course->moments[course->moment_count - 1];
    float span_s = (float)moment->span_s;
    uint64_t timeouts = sum->failures[LOAD_FAILURE_TIMEOUT];
    uint64_t before = count_before(status, load_failure_name(LOAD_FAILURE_TIMEOUT));
    status->rates = (struct load_rates){
        .wanted_per_s = (float)moment->wanted / span_s,
        .sent_per_s = (float)moment->sent / span_s,
        .done_per_s = (float)moment->done / span_s,
        .error_ratio = ratio_of(moment->failed, moment->done),
        .timeout_ratio =
            ratio_of(timeouts > before ? timeouts - before : 0, course->now.requests),
    };
}

static void fill_users(struct load_status *status, const struct load_course *course) {
    const struct load_gauges *gauges = &course->total.gauges;
    const struct load_plan *plan = &course->scenario->plan;
    bool users = plan->model == LOAD_USERS;
    status->users = users ? (uint32_t)gauges->users : 0;
    status->users_wanted =
        users ? (uint32_t)((gauges->level_milli + MS_PER_S / 2) / MS_PER_S) : 0;
    status->elapsed_ms = course->seconds * MS_PER_S;
    status->total_ms = (uint32_t)(plan->run_time_ns / NS_PER_MS);
}

static float apdex_of(const struct load_sum *all) {
    const uint64_t satisfied_us = (uint64_t)(LOAD_APDEX_MS * us_per_ms);
    if (all->requests == 0) return NAN;
    uint64_t satisfied = histogram_count_below(&all->wait, satisfied_us);
    uint64_t tolerated = histogram_count_below(&all->wait, 4 * satisfied_us);
    double points = (double)(satisfied + tolerated) / 2;
    /* A fast failure satisfies nobody, whatever its time says. */
    points -= (double)all->failures;
    return (float)(fmax(points, 0) / (double)all->requests);
}

static void fill_latencies(
    struct load_status *status, const struct load_course *course,
    const struct load_row *sum) {
    struct load_latencies *latencies = &status->latencies;
    load_latencies_of(&course->all.wait, latencies->response_ms);
    load_latencies_of(&sum->service, latencies->service_ms);
    /* Only what comes in pieces has a first one. */
    if (sum->gap.count > 0) {
        load_latencies_of(&sum->first_byte, latencies->first_byte_ms);
    }
    latencies->apdex = apdex_of(&course->all);
    latencies->apdex_ms = (float)LOAD_APDEX_MS;
}

static void add_answer(
    struct load_status *status, const char *name, bool failed, uint64_t count) {
    if (status->answer_count == LOAD_ANSWERS_MAX) return;
    struct load_answer *answer = &status->answers[status->answer_count++];
    *answer = (struct load_answer){.failed = failed, .count = count};
    text_copy_cut(answer->name, sizeof answer->name, name);
}

/* In order of the status; what has no row of its own is one. */
static void add_statuses(struct load_status *status, const struct load_row *sum) {
    uint64_t others = 0;
    for (unsigned i = 0; i < LOAD_STATUS_COUNT; i++) {
        uint64_t count = sum->statuses[i];
        unsigned code = i + LOAD_STATUS_FROM;
        if (count > 0 && status->answer_count >= STATUSES_SHOWN) {
            others += count;
        } else if (count > 0) {
            char name[LOAD_FIGURE_SIZE];
            struct text text = TEXT_IN(name);
            text_addf(&text, i + 1 < LOAD_STATUS_COUNT ? "%u" : "%u+", code);
            add_answer(status, name, code >= FIRST_ERROR, count);
        }
    }
    if (others > 0) add_answer(status, "others", true, others);
}

/* The usual ways to fail have their place, also while nothing fails. A failure by its
 * status stands among the statuses. */
static void add_failures(struct load_status *status, const struct load_row *sum) {
    for (unsigned i = 0; i < LOAD_FAILURE_COUNT; i++) {
        bool usual = i == LOAD_FAILURE_CONNECT || i == LOAD_FAILURE_TIMEOUT;
        if (i == LOAD_FAILURE_STATUS || (sum->failures[i] == 0 && !usual)) continue;
        const char *name = load_failure_name((enum load_failure)i);
        add_answer(status, name, true, sum->failures[i]);
    }
    if (sum->jobs_bad > 0) add_answer(status, "job failed", true, sum->jobs_bad);
    if (sum->jobs_lost > 0) add_answer(status, "job lost", true, sum->jobs_lost);
}

static bool is_latency(const struct gate *gate) {
    bool timed = gate->metric == GATE_PERCENTILE || gate->metric == GATE_MAX ||
                 gate->metric == GATE_MEAN;
    return timed && gate->task[0] == '\0';
}

static void add_gate(struct load_status *status, const struct gate_watch *watch) {
    const struct gate_finding finding = gate_watch_finding(watch);
    struct load_gate *gate = &status->gates[status->gate_count++];
    *gate = (struct load_gate){.verdict = (uint8_t)finding.verdict, .limit_ms = NAN};
    text_copy_cut(gate->words, sizeof gate->words, watch->gate.words);
    if (is_latency(&watch->gate)) gate->limit_ms = (float)watch->gate.limit;
    if (isnan(finding.value)) return;
    struct text text = TEXT_IN(gate->value);
    gate_add_value(&text, &watch->gate, finding.value);
}

/* A rule is seen once it has found something. */
static void add_rule(
    struct load_status *status, const struct load_course *course, enum load_rule rule) {
    if (load_rules_find(&course->rules, rule).verdict != VERDICT_FAIL) return;
    if (status->gate_count == LOAD_GATES_MAX) return;
    struct load_gate *gate = &status->gates[status->gate_count++];
    *gate = (struct load_gate){.verdict = VERDICT_FAIL, .limit_ms = NAN};
    text_copy_cut(gate->words, sizeof gate->words, load_rule_name(rule));
}

static void fill_gates(struct load_status *status, const struct load_course *course) {
    status->gate_count = 0;
    memset(status->gates, 0, sizeof status->gates);
    uint32_t count = course->scenario->gate_count;
    for (uint32_t i = 0; i < count && i < LOAD_GATES_MAX; i++) {
        add_gate(status, &course->gates[i]);
    }
    for (unsigned i = 0; i < LOAD_RULE_COUNT; i++) {
        add_rule(status, course, (enum load_rule)i);
    }
}

static void fill_generator(
    struct load_status *status, const struct load_course *course,
    const struct load_row *sum) {
    const struct load_report *total = &course->total;
    const struct load_health *health = &total->health;
    const struct load_plan *plan = &course->scenario->plan;
    struct load_judgement judgement;
    load_judge(course, LOAD_STOP_NONE, "", &judgement);
    const struct load_generator_figures *figures = &judgement.generator;
    double seconds = seconds_of(course);
    struct load_generator *generator = &status->generator;
    bool known = health->lag.count > 0;
    generator->health = LOAD_HEALTH_UNKNOWN;
    if (known) generator->health = figures->limited ? LOAD_LIMITED : LOAD_HEALTHY;
    const char *why = figures->limited ? figures->why : "";
    text_copy_cut(generator->limit, sizeof generator->limit, why);
    generator->workers = (uint16_t)total->shards;
    generator->lag_p99_ms = (float)figures->lag_p99_ms;
    generator->late_ratio = ratio_of(health->late, health->delay.count);
    generator->reused_ratio = ratio_of(health->reused, health->reused + health->opened);
    generator->memory_bytes = (float)total->gauges.rss_bytes;
    generator->sockets = (uint32_t)total->gauges.connections;
    generator->sockets_wanted =
        plan->model == LOAD_USERS ? status->users : plan->connections_max;
    if (!(seconds > 0)) return;
    generator->cpu_cores = (float)((double)health->cpu_us / us_per_s / seconds);
    generator->in_bytes_per_s = (float)((double)sum->received_bytes / seconds);
}

static void fill_result(struct load_status *status, const struct load_course *course) {
    double seconds = seconds_of(course);
    const float *response_ms = status->latencies.response_ms;
    status->comparison.now = (struct load_result){
        .rps = seconds > 0 ? (float)((double)course->all.requests / seconds) : NAN,
        .p50_ms = response_ms[LOAD_P50],
        .p95_ms = response_ms[LOAD_P95],
        .p99_ms = response_ms[LOAD_P99],
        .error_ratio = ratio_of(course->all.failures, course->all.requests),
        .knee_per_s = status->comparison.now.knee_per_s,
    };
}

void load_shown_fill(const struct load_course *course, struct load_status *status) {
    struct load_row *sum = memory_new(sizeof *sum);
    load_report_sum(&course->total, sum);
    status->requests = course->all.requests;
    status->failures = course->all.failures;
    fill_users(status, course);
    fill_rates(status, course, sum);
    fill_latencies(status, course, sum);
    fill_gates(status, course);
    fill_generator(status, course, sum);
    fill_result(status, course);
    status->answer_count = 0;
    memset(status->answers, 0, sizeof status->answers);
    add_statuses(status, sum);
    add_failures(status, sum);
    free(sum);
}
