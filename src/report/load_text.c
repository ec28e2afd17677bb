/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "report/load_summary.h"

enum { CELL_SIZE = 32, LINE_SIZE = 240 };

#define MS_PER_US 1e-3
#define GREEN     "\033[32m"
#define RED       "\033[31m"
#define YELLOW    "\033[33m"
#define PLAIN     "\033[0m"

static void add_ms(struct text *text, double ms) {
    if (!isfinite(ms)) {
        text_add(text, "-");
        return;
    }
    units_add_duration(text, units_whole(ms * (double)NS_PER_MS));
}

static void add_quantile(
    struct text *text, const struct histogram *histogram, double quantile) {
    add_ms(text, histogram_quantile(histogram, quantile) * MS_PER_US);
}

static const char *color_of(const struct load_summary *summary, enum verdict verdict) {
    if (!summary->color) return "";
    if (verdict == VERDICT_PASS) return GREEN;
    return verdict == VERDICT_INCONCLUSIVE ? YELLOW : RED;
}

static void add_word(
    const struct load_summary *summary, enum verdict verdict, struct buffer *to) {
    buffer_addf(
        to, "%s%-12s%s", color_of(summary, verdict), verdict_name(verdict),
        summary->color ? PLAIN : "");
}

static void add_percentiles(
    struct buffer *to, const char *name, const struct histogram *histogram) {
    static const struct {
        const char *name;
        double quantile;
    } columns[] = {
        {"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"max", 1}};
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(&text, "%-14s", name);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        char cell[CELL_SIZE];
        struct text value = TEXT_IN(cell);
        add_quantile(&value, histogram, columns[i].quantile);
        text_addf(&text, "  %s %6s", columns[i].name, cell);
    }
    buffer_addf(to, "%s\n", line);
}

static void add_head(const struct load_summary *summary, struct buffer *to) {
    const struct load_outcome *outcome = summary->outcome;
    char rps[CELL_SIZE];
    char share[CELL_SIZE];
    struct text rate = TEXT_IN(rps);
    struct text ratio = TEXT_IN(share);
    units_add_count(&rate, load_outcome_rps(outcome));
    units_add_percent(&ratio, load_outcome_error_ratio(outcome));
    buffer_addf(
        to, "load %s on %s (%s, %s)\n\n", outcome->course->scenario->name, outcome->url,
        outcome->target, target_class_name(outcome->class));
    buffer_addf(
        to, "%-14s  %llu, %s rps, %llu failed (%s%%)\n", "requests",
        (unsigned long long)outcome->course->all.requests, rps,
        (unsigned long long)outcome->course->all.failures, share);
}

static void add_latencies(
    const struct load_outcome *outcome, const struct load_row *sum, struct buffer *to) {
    add_percentiles(to, "latency", &outcome->course->all.wait);
    add_percentiles(to, "service time", &sum->service);
    if (sum->gap.count > 0) {
        add_percentiles(to, "first byte", &sum->first_byte);
        add_percentiles(to, "token gap", &sum->gap);
    }
    double hidden_s = outcome->judgement.generator.hidden_s;
    if (hidden_s > 0) {
        buffer_addf(
            to, "%-14s  omission hid %.2f s: so much longer users wait (p99)\n", "",
            hidden_s);
    }
}

static void add_errors(const struct load_row *sum, struct buffer *to) {
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    for (unsigned status = LOAD_STATUS_FROM; status < 600; status++) {
        uint64_t count = sum->statuses[load_row_status(status)];
        if (count == 0) continue;
        text_addf(
            &text, "%s%u: %llu", text.length > 0 ? "  " : "", status,
            (unsigned long long)count);
    }
    for (unsigned i = 0; i < LOAD_FAILURE_COUNT; i++) {
        if (sum->failures[i] == 0) continue;
        text_addf(
            &text, "%s%s: %llu", text.length > 0 ? "  " : "",
            load_failure_name((enum load_failure)i),
            (unsigned long long)sum->failures[i]);
    }
    if (text.length > 0) buffer_addf(to, "%-14s  %s\n", "answers", line);
}

static void add_tasks(const struct load_course *course, struct buffer *to) {
    struct load_sum *sum = memory_new(sizeof *sum);
    buffer_add_char(to, '\n');
    for (uint32_t i = 0; i < course->scenario->plan.task_count; i++) {
        char p50[CELL_SIZE];
        char p95[CELL_SIZE];
        struct text middle = TEXT_IN(p50);
        struct text high = TEXT_IN(p95);
        load_course_sum(course, &course->total, i, sum);
        add_quantile(&middle, &sum->wait, 0.5);
        add_quantile(&high, &sum->wait, 0.95);
        buffer_addf(
            to, "%-14s  %llu requests, %llu failed, p50 %s, p95 %s\n",
            course->scenario->plan.tasks[i].name, (unsigned long long)sum->requests,
            (unsigned long long)sum->failures, p50, p95);
    }
    free(sum);
}

static void add_gates(const struct load_summary *summary, struct buffer *to) {
    const struct load_course *course = summary->outcome->course;
    buffer_add_char(to, '\n');
    for (uint32_t i = 0; i < course->scenario->gate_count; i++) {
        const struct gate_watch *watch = &course->gates[i];
        const struct gate_finding finding = gate_watch_finding(watch);
        char shown[CELL_SIZE];
        struct text value = TEXT_IN(shown);
        gate_add_value(&value, &watch->gate, finding.value);
        add_word(summary, finding.verdict, to);
        buffer_addf(
            to, "  %s  is %s of %llu requests", watch->gate.words, shown,
            (unsigned long long)finding.samples);
        if (watch->broken) {
            buffer_addf(to, ", broken at second %u", (unsigned)watch->broken_at_s);
        }
        buffer_add_char(to, '\n');
    }
    for (unsigned i = 0; i < LOAD_RULE_COUNT; i++) {
        enum load_rule rule = (enum load_rule)i;
        const struct load_rule_finding found = load_rules_find(&course->rules, rule);
        if (!found.measured) continue;
        add_word(summary, found.verdict, to);
        buffer_addf(to, "  %s  %s\n", load_rule_name(rule), found.evidence);
    }
}

static void add_change(struct text *text, const char *name, double now, double then) {
    if (!isfinite(now) || !isfinite(then) || then <= 0) return;
    text_addf(
        text, "%s%s %+.0f%%", text->length > 0 ? ", " : "", name,
        (now - then) / then * 100);
}

static void add_before(const struct load_outcome *outcome, struct buffer *to) {
    const struct load_before *before = &outcome->before;
    const struct histogram *wait = &outcome->course->all.wait;
    char line[LINE_SIZE];
    char when[CELL_SIZE];
    struct text text = TEXT_IN(line);
    struct text stamp = TEXT_IN(when);
    if (!before->found) return;
    units_add_timestamp(&stamp, before->started_ms);
    add_change(&text, "rps", load_outcome_rps(outcome), before->rps);
    add_change(&text, "p50", histogram_quantile(wait, 0.5) * MS_PER_US, before->p50_ms);
    add_change(
        &text, "p95", histogram_quantile(wait, 0.95) * MS_PER_US, before->p95_ms);
    add_change(
        &text, "p99", histogram_quantile(wait, 0.99) * MS_PER_US, before->p99_ms);
    add_change(&text, "knee", outcome->knees.now_rps, outcome->knees.before_rps);
    if (text.length == 0) return;
    buffer_addf(to, "\n%-14s  against %s: %s\n", "compare", when, line);
}

void load_summary_text(const struct load_summary *summary, struct buffer *to) {
    const struct load_outcome *outcome = summary->outcome;
    struct load_row *sum = memory_new(sizeof *sum);
    load_report_sum(&outcome->course->total, sum);
    add_head(summary, to);
    add_latencies(outcome, sum, to);
    add_errors(sum, to);
    buffer_addf(to, "%-14s  %s\n", "generator", outcome->judgement.generator.why);
    add_tasks(outcome->course, to);
    add_gates(summary, to);
    add_before(outcome, to);
    buffer_add_char(to, '\n');
    add_word(summary, outcome->judgement.verdict, to);
    buffer_addf(to, "  %s\n", outcome->judgement.reason);
    free(sum);
}

void load_summary_line(const struct load_course *course, struct text *to) {
    if (course->moment_count == 0) return;
    const struct load_moment *moment = &course->moments[course->moment_count - 1];
    bool users = course->scenario->plan.model == LOAD_USERS;
    double seconds = moment->span_s > 0 ? (double)moment->span_s : 1;
    text_addf(to, "%4us  ", (unsigned)course->seconds);
    if (users) {
        text_addf(to, "%llu users  ", (unsigned long long)moment->users);
    } else {
        units_add_count(to, (double)moment->sent / seconds);
        text_add(to, " of ");
        units_add_count(to, (double)moment->wanted / seconds);
        text_add(to, " rps sent  ");
    }
    units_add_count(to, (double)moment->done / seconds);
    text_add(to, " rps  p50 ");
    add_ms(to, moment->p50_ms);
    text_add(to, "  p95 ");
    add_ms(to, moment->p95_ms);
    text_addf(
        to, "  %llu failed  %llu in flight", (unsigned long long)moment->failed,
        (unsigned long long)moment->in_flight);
}
