/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "report/load_summary.h"

enum { CELL_SIZE = 32 };

#define MS_PER_US 1e-3
#define S_PER_US  1e-6

static void add_quantile(
    struct buffer *to, const struct histogram *histogram, double quantile) {
    char cell[CELL_SIZE];
    struct text text = TEXT_IN(cell);
    double us = histogram_quantile(histogram, quantile);
    if (isfinite(us)) {
        units_add_duration(&text, units_whole(us * (double)NS_PER_US));
    } else {
        text_add(&text, "-");
    }
    buffer_addf(to, " %s |", cell);
}

static void add_row(struct buffer *to, const char *name, const struct load_sum *sum) {
    char share[CELL_SIZE];
    struct text text = TEXT_IN(share);
    double failed =
        sum->requests > 0 ? (double)sum->failures / (double)sum->requests : (double)NAN;
    units_add_percent(&text, failed);
    buffer_addf(
        to, "| %s | %llu | %llu (%s%%) |", name, (unsigned long long)sum->requests,
        (unsigned long long)sum->failures, share);
    add_quantile(to, &sum->wait, 0.5);
    add_quantile(to, &sum->wait, 0.95);
    add_quantile(to, &sum->wait, 0.99);
    add_quantile(to, &sum->wait, 1);
    buffer_add_char(to, '\n');
}

static void add_tasks(struct buffer *to, const struct load_course *course) {
    struct load_sum *sum = memory_new(sizeof *sum);
    buffer_add_string(
        to, "\n| task | requests | failed | p50 | p95 | p99 | max |\n"
            "|---|---:|---:|---:|---:|---:|---:|\n");
    for (uint32_t i = 0; i < course->scenario->plan.task_count; i++) {
        load_course_sum(course, &course->total, i, sum);
        add_row(to, course->scenario->plan.tasks[i].name, sum);
    }
    add_row(to, "**all**", &course->all);
    free(sum);
}

static void add_gates(struct buffer *to, const struct load_course *course) {
    buffer_add_string(to, "\n| verdict | gate or rule | found |\n|---|---|---|\n");
    for (uint32_t i = 0; i < course->scenario->gate_count; i++) {
        const struct gate_watch *watch = &course->gates[i];
        const struct gate_finding finding = gate_watch_finding(watch);
        char cell[CELL_SIZE];
        struct text text = TEXT_IN(cell);
        gate_add_value(&text, &watch->gate, finding.value);
        buffer_addf(
            to, "| %s | `%s` | %s of %llu requests |\n", verdict_name(finding.verdict),
            watch->gate.words, cell, (unsigned long long)finding.samples);
    }
    for (unsigned i = 0; i < LOAD_RULE_COUNT; i++) {
        enum load_rule rule = (enum load_rule)i;
        const struct load_rule_finding found = load_rules_find(&course->rules, rule);
        buffer_addf(
            to, "| %s | %s | %s |\n",
            found.measured ? verdict_name(found.verdict) : "n/a", load_rule_name(rule),
            found.evidence);
    }
}

void load_summary_markdown(const struct load_summary *summary, struct buffer *to) {
    const struct load_outcome *outcome = summary->outcome;
    char rps[CELL_SIZE];
    struct text text = TEXT_IN(rps);
    units_add_count(&text, load_outcome_rps(outcome));
    buffer_addf(
        to, "## load %s: %s\n\n%s\n\n", outcome->course->scenario->name,
        verdict_name(outcome->judgement.verdict), outcome->judgement.reason);
    buffer_addf(
        to, "`%s` (%s, %s), %s rps; generator %s\n", outcome->url, outcome->target,
        target_class_name(outcome->class), rps, outcome->judgement.generator.why);
    add_tasks(to, outcome->course);
    add_gates(to, outcome->course);
}

/* An empty field is a figure that nobody has. */
static void add_number(struct buffer *to, double value) {
    if (isfinite(value)) {
        buffer_addf(to, ",%.3f", value);
    } else {
        buffer_add_char(to, ',');
    }
}

void load_summary_csv(const struct load_course *course, struct buffer *to) {
    buffer_add_string(
        to, "at_s,span_s,users,in_flight,wanted,sent,done,failed,level,p50_ms,p95_ms,"
            "p99_ms,max_ms,memory_bytes,queue_depth\r\n");
    for (uint32_t i = 0; i < course->moment_count; i++) {
        const struct load_moment *moment = &course->moments[i];
        const uint64_t counts[] = {
            moment->span_s, moment->users, moment->in_flight, moment->wanted,
            moment->sent,   moment->done,  moment->failed,
        };
        const double figures[] = {
            moment->level,  moment->p50_ms,       moment->p95_ms,      moment->p99_ms,
            moment->max_ms, moment->memory_bytes, moment->queue_depth,
        };
        buffer_addf(to, "%u", (unsigned)moment->at_s);
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
            buffer_addf(to, ",%llu", (unsigned long long)counts[k]);
        }
        for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
            add_number(to, figures[k]);
        }
        buffer_add_string(to, "\r\n");
    }
}

static void add_metric(
    struct buffer *to, const char *name, const char *kind, const char *help,
    double value) {
    buffer_addf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
    if (isfinite(value)) buffer_addf(to, "%s %.17g\n", name, value);
}

void load_summary_metrics(const struct load_course *course, struct buffer *to) {
    static const double quantiles[] = {0.5, 0.95, 0.99, 1};
    static const char name[] = "flightdeck_load_wait_seconds";
    const struct histogram *wait = &course->all.wait;
    const struct load_moment *last =
        course->moment_count > 0 ? &course->moments[course->moment_count - 1] : NULL;
    add_metric(
        to, "flightdeck_load_requests_total", "counter", "Requests that have ended.",
        (double)course->all.requests);
    add_metric(
        to, "flightdeck_load_failures_total", "counter", "Requests that failed.",
        (double)course->all.failures);
    add_metric(
        to, "flightdeck_load_level", "gauge", "Users, or starts a second, as wanted.",
        last ? last->level : (double)NAN);
    add_metric(
        to, "flightdeck_load_users", "gauge", "Users that are there.",
        last ? (double)last->users : (double)NAN);
    add_metric(
        to, "flightdeck_load_in_flight", "gauge", "Requests without an answer yet.",
        last ? (double)last->in_flight : (double)NAN);
    buffer_addf(
        to, "# HELP %s What users wait, from the intended start.\n# TYPE %s summary\n",
        name, name);
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
        double us = histogram_quantile(wait, quantiles[i]);
        if (!isfinite(us)) continue;
        buffer_addf(
            to, "%s{quantile=\"%g\"} %.6f\n", name, quantiles[i], us * S_PER_US);
    }
    buffer_addf(
        to, "%s_sum %.6f\n%s_count %llu\n", name, (double)wait->sum_us * S_PER_US, name,
        (unsigned long long)wait->count);
}
