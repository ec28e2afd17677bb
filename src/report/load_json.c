/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "base/json_writer.h"
#include "base/memory.h"
#include "base/text.h"
#include "report/load_summary.h"
#include "report/timestamp_json.h"

#define MS_PER_US 1e-3
#define MB        1e6

/* Nothing was measured: null, never zero. */
static void add_latency(
    struct json_writer *json, const char *key, const struct histogram *histogram) {
    static const struct {
        const char *name;
        double quantile;
    } rows[] = {
        {"p50", 0.5},  {"p75", 0.75},   {"p90", 0.9}, {"p95", 0.95},
        {"p99", 0.99}, {"p999", 0.999}, {"max", 1},
    };
    json_key(json, key);
    json_object_begin(json);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double us = histogram_quantile(histogram, rows[i].quantile);
        json_field_double(json, rows[i].name, us * MS_PER_US);
    }
    json_field_double(json, "mean", histogram_mean(histogram) * MS_PER_US);
    json_field_uint(json, "samples", histogram->count);
    json_object_end(json);
}

static void add_head(struct json_writer *json, const struct load_summary *summary) {
    const struct load_outcome *outcome = summary->outcome;
    json_field_string(json, "kind", "load");
    json_field_string(json, "run", outcome->run);
    json_field_string(json, "target", outcome->target);
    json_field_string(json, "class", target_class_name(outcome->class));
    json_field_string(json, "url", outcome->url);
    json_field_string(json, "scenario", outcome->course->scenario->name);
    json_field_string(json, "scenario_hash", outcome->scenario_hash);
    timestamp_json_field(json, "started", outcome->started_ms);
    json_field_double(
        json, "duration_s", (double)(outcome->ended_ms - outcome->started_ms) / 1000);
    json_field_string(json, "verdict", verdict_name(outcome->judgement.verdict));
    json_field_string(json, "reason", outcome->judgement.reason);
    json_field_string(json, "end", load_stop_name(outcome->stop));
    json_field_int(json, "exit_code", (int)summary->exit_code);
    json_field_string(json, "exit_reason", exit_code_name(summary->exit_code));
}

static void add_statuses(struct json_writer *json, const struct load_row *sum) {
    json_key(json, "statuses");
    json_object_begin(json);
    for (unsigned status = LOAD_STATUS_FROM; status < 600; status++) {
        char name[8];
        struct text text = TEXT_IN(name);
        uint64_t count = sum->statuses[load_row_status(status)];
        text_addf(&text, "%u", status);
        if (count > 0) json_field_uint(json, name, count);
    }
    json_object_end(json);
    json_key(json, "errors");
    json_object_begin(json);
    for (unsigned i = 0; i < LOAD_FAILURE_COUNT; i++) {
        const char *name = load_failure_name((enum load_failure)i);
        json_field_uint(json, name, sum->failures[i]);
    }
    json_object_end(json);
}

static void add_counts(
    struct json_writer *json, const struct load_outcome *outcome,
    const struct load_row *sum) {
    const struct load_sum *all = &outcome->course->all;
    json_field_uint(json, "requests", all->requests);
    json_field_uint(json, "failures", all->failures);
    json_field_double(json, "error_ratio", load_outcome_error_ratio(outcome));
    json_field_double(json, "rps", load_outcome_rps(outcome));
    json_field_uint(json, "wanted", sum->wanted);
    json_field_uint(json, "sent", sum->sent);
    json_field_uint(json, "retried", sum->retried);
    json_field_uint(json, "dropped", sum->dropped);
    json_field_uint(json, "abandoned", sum->abandoned);
    json_field_uint(json, "sent_bytes", sum->sent_bytes);
    json_field_uint(json, "received_bytes", sum->received_bytes);
    add_latency(json, "latency_ms", &all->wait);
    add_latency(json, "response_ms", &sum->response);
    add_latency(json, "service_ms", &sum->service);
    if (sum->first_byte.count > 0) add_latency(json, "ttfb_ms", &sum->first_byte);
    if (sum->gap.count > 0) add_latency(json, "token_gap_ms", &sum->gap);
    json_field_double(json, "omission_hid_s", outcome->judgement.generator.hidden_s);
    add_statuses(json, sum);
}

static void add_gates(struct json_writer *json, const struct load_course *course) {
    json_key(json, "gates");
    json_array_begin(json);
    for (uint32_t i = 0; i < course->scenario->gate_count; i++) {
        const struct gate_watch *watch = &course->gates[i];
        const struct gate_finding finding = gate_watch_finding(watch);
        json_object_begin(json);
        json_field_string(json, "gate", watch->gate.words);
        json_field_string(json, "verdict", verdict_name(finding.verdict));
        json_field_double(json, "value", finding.value);
        json_field_double(json, "limit", watch->gate.limit);
        json_field_uint(json, "samples", finding.samples);
        if (watch->gate.window_s > 0) {
            json_field_uint(json, "window_s", watch->gate.window_s);
        }
        if (watch->broken) json_field_uint(json, "broken_at_s", watch->broken_at_s);
        json_object_end(json);
    }
    json_array_end(json);
}

static void add_rules(struct json_writer *json, const struct load_course *course) {
    json_key(json, "rules");
    json_array_begin(json);
    for (unsigned i = 0; i < LOAD_RULE_COUNT; i++) {
        enum load_rule rule = (enum load_rule)i;
        const struct load_rule_finding found = load_rules_find(&course->rules, rule);
        json_object_begin(json);
        json_field_string(json, "rule", load_rule_name(rule));
        json_field_string(
            json, "verdict", found.measured ? verdict_name(found.verdict) : "n/a");
        json_field_string(json, "evidence", found.evidence);
        json_object_end(json);
    }
    json_array_end(json);
}

static void add_generator(
    struct json_writer *json, const struct load_outcome *outcome) {
    const struct load_generator_figures *figures = &outcome->judgement.generator;
    const struct load_health *health = &outcome->course->total.health;
    json_key(json, "generator");
    json_object_begin(json);
    json_field_bool(json, "limited", figures->limited);
    json_field_string(json, "why", figures->why);
    json_field_double(json, "lag_p99_ms", figures->lag_p99_ms);
    json_field_double(
        json, "start_delay_p99_ms",
        histogram_quantile(&health->delay, 0.99) * MS_PER_US);
    json_field_double(json, "late_ratio", figures->late_ratio);
    json_field_double(json, "cpu", figures->cpu_ratio);
    json_field_double(json, "rss_mb", figures->rss_bytes / MB);
    json_field_uint(json, "workers", outcome->workers);
    json_field_uint(json, "connections_opened", health->opened);
    json_field_uint(json, "connections_reused", health->reused);
    json_object_end(json);
}

static void add_task(
    struct json_writer *json, const struct load_course *course, uint32_t index) {
    const struct load_task *task = &course->scenario->plan.tasks[index];
    uint32_t polls = course->scenario->plan.task_count + index;
    const struct load_row *row = &course->total.rows[index];
    struct load_sum *sum = memory_new(sizeof *sum);
    load_course_sum(course, &course->total, index, sum);
    json_object_begin(json);
    json_field_string(json, "name", task->name);
    json_field_uint(json, "weight", task->weight);
    json_field_uint(json, "requests", sum->requests);
    json_field_uint(json, "failures", sum->failures);
    if (task->job.wanted) {
        json_field_uint(json, "polls", course->total.rows[polls].done);
        json_field_uint(json, "jobs_done", row->jobs_good);
        json_field_uint(json, "jobs_failed", row->jobs_bad);
        json_field_uint(json, "jobs_lost", row->jobs_lost);
    }
    add_latency(json, "latency_ms", &sum->wait);
    add_latency(json, "service_ms", &row->service);
    json_object_end(json);
    free(sum);
}

static void add_tasks(struct json_writer *json, const struct load_course *course) {
    json_key(json, "tasks");
    json_array_begin(json);
    for (uint32_t i = 0; i < course->scenario->plan.task_count; i++) {
        add_task(json, course, i);
    }
    json_array_end(json);
}

static void add_second(struct json_writer *json, const struct load_moment *moment) {
    json_object_begin(json);
    json_field_uint(json, "at_s", moment->at_s);
    json_field_uint(json, "span_s", moment->span_s);
    json_field_double(json, "level", moment->level);
    json_field_uint(json, "users", moment->users);
    json_field_uint(json, "in_flight", moment->in_flight);
    json_field_uint(json, "wanted", moment->wanted);
    json_field_uint(json, "sent", moment->sent);
    json_field_uint(json, "done", moment->done);
    json_field_uint(json, "failed", moment->failed);
    json_field_double(json, "p50_ms", moment->p50_ms);
    json_field_double(json, "p95_ms", moment->p95_ms);
    json_field_double(json, "p99_ms", moment->p99_ms);
    json_field_double(json, "max_ms", moment->max_ms);
    json_field_double(json, "memory_bytes", moment->memory_bytes);
    json_field_double(json, "queue_depth", moment->queue_depth);
    json_object_end(json);
}

static void add_seconds(struct json_writer *json, const struct load_course *course) {
    json_key(json, "seconds");
    json_array_begin(json);
    for (uint32_t i = 0; i < course->moment_count; i++) {
        add_second(json, &course->moments[i]);
    }
    json_array_end(json);
}

static void add_before(struct json_writer *json, const struct load_outcome *outcome) {
    const struct load_before *before = &outcome->before;
    json_field_double(json, "knee_rps", outcome->knees.now_rps);
    json_key(json, "before");
    if (!before->found) {
        json_null(json);
        return;
    }
    json_object_begin(json);
    json_field_string(json, "run", before->run);
    timestamp_json_field(json, "started", before->started_ms);
    json_field_double(json, "rps", before->rps);
    json_field_double(json, "p50_ms", before->p50_ms);
    json_field_double(json, "p95_ms", before->p95_ms);
    json_field_double(json, "p99_ms", before->p99_ms);
    json_field_double(json, "error_ratio", before->error_ratio);
    json_field_double(json, "knee_rps", outcome->knees.before_rps);
    json_object_end(json);
}

void load_summary_json(const struct load_summary *summary, struct buffer *to) {
    const struct load_outcome *outcome = summary->outcome;
    const struct load_course *course = outcome->course;
    struct load_row *sum = memory_new(sizeof *sum);
    struct json_writer json = json_writer_to(to);
    load_report_sum(&course->total, sum);
    json_object_begin(&json);
    add_head(&json, summary);
    add_counts(&json, outcome, sum);
    add_gates(&json, course);
    add_rules(&json, course);
    add_generator(&json, outcome);
    add_tasks(&json, course);
    add_before(&json, outcome);
    add_seconds(&json, course);
    json_object_end(&json);
    buffer_add_char(to, '\n');
    free(sum);
}
