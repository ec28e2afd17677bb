/* SPDX-License-Identifier: MIT */
#include "load_record.h"

#include <math.h>
#include <stdlib.h>

#include "base/json_writer.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "history/run_list.h"
#include "history/store.h"
#include "io/sqlite.h"
#include "load_knee.h"

enum { BEFORE_MOST = 20, METRICS = 12, RESULTS_MOST = GATES_MAX + LOAD_RULE_COUNT };

#define MS_PER_US 1e-3

/* --- the run before --- */

static void read_figures(struct sqlite *sqlite, struct load_before *before) {
    const struct {
        const char *name;
        double *value;
    } figures[] = {
        {"rps", &before->rps},
        {"latency_p50_ms", &before->p50_ms},
        {"latency_p95_ms", &before->p95_ms},
        {"latency_p99_ms", &before->p99_ms},
        {"error_ratio", &before->error_ratio},
    };
    struct error err;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        *figures[i].value = (double)NAN;
        run_read_metric(sqlite, before->run, figures[i].name, figures[i].value, &err);
    }
}

/* One that came to its end: what was stopped or lost is no measure. */
static bool is_whole(const struct run_row *row) {
    static const char *const whole[] = {"pass", "fail"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        if (slice_equals(slice_of(row->verdict), whole[i])) return true;
    }
    return false;
}

static void find_before(struct sqlite *sqlite, struct load_outcome *result) {
    struct run_row *rows = memory_new_array(BEFORE_MOST, sizeof *rows);
    struct run_rows list = {.rows = rows, .size = BEFORE_MOST};
    struct run_filter filter = {.kind = "load"};
    struct load_before *before = &result->before;
    struct error err;
    text_copy(filter.target, sizeof filter.target, result->target);
    text_copy(filter.scenario_hash, sizeof filter.scenario_hash, result->scenario_hash);
    bool read = run_list(sqlite, &filter, &list, &err);
    for (size_t i = 0; read && i < list.count && !before->found; i++) {
        if (!is_whole(&rows[i])) continue;
        before->found = true;
        before->started_ms = rows[i].started_ms;
        text_copy(before->run, sizeof before->run, rows[i].id);
        text_copy(before->version, sizeof before->version, rows[i].version);
        read_figures(sqlite, before);
    }
    free(rows);
}

void load_record_before(struct load_outcome *result) {
    char path[FOLDER_PATH_SIZE];
    struct error err;
    result->knees = (struct load_knees){(double)NAN, (double)NAN};
    if (!store_path(path, &err)) return;
    struct sqlite *sqlite = store_open(path, &err);
    if (!sqlite) return;
    find_before(sqlite, result);
    load_knees_find(sqlite, result);
    sqlite_close(sqlite);
}

/* --- the intent --- */

static void describe_load(struct json_writer *json, const struct load_plan *plan) {
    bool users = plan->model == LOAD_USERS;
    json_key(json, users ? "users" : "rate");
    json_double(json, plan->level);
    if (users) {
        json_key(json, "spawn_rate");
        json_double(json, plan->spawn_per_s);
    }
    json_field_uint(json, "stages", plan->stage_count);
    json_field_uint(json, "run_time_s", plan->run_time_ns / NS_PER_S);
    json_field_uint(json, "requests_max", plan->requests_max);
}

void load_record_begin(
    const struct run_record *record, struct history *history,
    const struct load_outcome *result, history_done_fn on_committed, void *owner) {
    struct buffer body;
    buffer_init(&body, JOURNAL_BODY_SIZE - 1);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_field_string(&json, "to", result->url);
    json_field_string(&json, "scenario", result->course->scenario->name);
    describe_load(&json, &result->course->scenario->plan);
    json_field_uint(&json, "workers", result->workers);
    json_object_end(&json);
    run_record_begin(record, history, buffer_string(&body), on_committed, owner);
    buffer_clear(&body);
}

/* --- the end --- */

static enum result_status status_of(enum verdict verdict) {
    switch (verdict) {
    case VERDICT_PASS: return RESULT_PASS;
    case VERDICT_FAIL: return RESULT_FAIL;
    case VERDICT_ERROR: return RESULT_ERROR;
    case VERDICT_INCONCLUSIVE:
    case VERDICT_COUNT: break;
    }
    return RESULT_UNKNOWN;
}

static void add_gate(
    struct run_result *row, const struct gate_watch *watch, uint32_t i) {
    const struct gate_finding finding = gate_watch_finding(watch);
    struct text name = TEXT_IN(row->name);
    struct text message = TEXT_IN(row->message);
    text_addf(&name, "gate %u: %s", (unsigned)i + 1, watch->gate.words);
    gate_add_value(&message, &watch->gate, finding.value);
    text_addf(&message, " of %llu requests", (unsigned long long)finding.samples);
    row->attempt = 1;
    row->status = status_of(finding.verdict);
}

static void add_rule(
    struct run_result *row, const struct load_rules *rules, enum load_rule rule) {
    const struct load_rule_finding found = load_rules_find(rules, rule);
    text_copy(row->name, sizeof row->name, load_rule_name(rule));
    text_copy_cut(row->message, sizeof row->message, found.evidence);
    row->attempt = 1;
    row->status = found.measured ? status_of(found.verdict) : RESULT_SKIP;
}

static uint32_t fill_results(
    const struct load_course *course, struct run_result *rows) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < course->scenario->gate_count; i++) {
        add_gate(&rows[count++], &course->gates[i], i);
    }
    for (unsigned i = 0; i < LOAD_RULE_COUNT; i++) {
        add_rule(&rows[count++], &course->rules, (enum load_rule)i);
    }
    return count;
}

static double wait_ms(const struct load_outcome *result, double quantile) {
    return histogram_quantile(&result->course->all.wait, quantile) * MS_PER_US;
}

static uint32_t fill_metrics(
    const struct load_outcome *result, struct run_metric metrics[METRICS]) {
    const struct {
        const char *name, *unit, *better;
        double value;
    } figures[] = {
        {"rps", "1/s", "higher", load_outcome_rps(result)},
        {"error_ratio", "ratio", "lower", load_outcome_error_ratio(result)},
        {"latency_p50_ms", "ms", "lower", wait_ms(result, 0.5)},
        {"latency_p95_ms", "ms", "lower", wait_ms(result, 0.95)},
        {"latency_p99_ms", "ms", "lower", wait_ms(result, 0.99)},
        {"latency_max_ms", "ms", "lower", wait_ms(result, 1)},
        {"requests", "count", "none", (double)result->course->all.requests},
        {"failures", "count", "lower", (double)result->course->all.failures},
        {"generator_limited", "bool", "lower",
         result->judgement.generator.limited ? 1 : 0},
        {"generator_lag_p99_ms", "ms", "lower", result->judgement.generator.lag_p99_ms},
    };
    uint32_t count = sizeof figures / sizeof *figures;
    _Static_assert(sizeof figures / sizeof *figures <= METRICS, "room for all");
    for (uint32_t i = 0; i < count; i++) {
        text_copy(metrics[i].name, sizeof metrics[i].name, figures[i].name);
        metrics[i].value = figures[i].value;
        metrics[i].unit = figures[i].unit;
        metrics[i].better = figures[i].better;
        metrics[i].samples = result->course->all.requests;
    }
    return count;
}

static uint32_t fill_histograms(
    const struct load_course *course, struct run_histogram *items) {
    const struct load_plan *plan = &course->scenario->plan;
    struct load_row *sum = memory_new(sizeof *sum);
    uint32_t count = 0;
    load_report_sum(&course->total, sum);
    text_copy(items[count].name, RUNS_NAME_SIZE, "latency");
    items[count++].histogram = course->all.wait;
    text_copy(items[count].name, RUNS_NAME_SIZE, "service");
    items[count++].histogram = sum->service;
    for (uint32_t i = 0; i < plan->task_count && i < course->total.row_count; i++) {
        struct text name = TEXT_IN(items[count].name);
        text_addf(&name, "task: %s", plan->tasks[i].name);
        items[count++].histogram = course->total.rows[i].response;
    }
    free(sum);
    return count;
}

static void describe_end(
    const struct load_outcome *result, struct journal_entry *entry) {
    struct buffer body;
    buffer_init(&body, JOURNAL_BODY_SIZE - 1);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_field_string(&json, "verdict", verdict_name(result->judgement.verdict));
    json_field_string(&json, "end", load_stop_name(result->stop));
    json_field_string(&json, "reason", result->judgement.reason);
    json_field_uint(&json, "requests", result->course->all.requests);
    json_field_uint(&json, "failures", result->course->all.failures);
    json_object_end(&json);
    text_copy(entry->body, sizeof entry->body, buffer_string(&body));
    buffer_clear(&body);
}

void load_record_end(
    const struct run_record *record, struct history *history,
    const struct load_outcome *result, history_done_fn on_committed, void *owner) {
    struct run_outcome *outcome = memory_new(sizeof *outcome);
    struct run_result *rows = memory_new_array(RESULTS_MOST, sizeof *rows);
    struct run_histogram *histograms =
        memory_new_array(LOAD_TASKS_MAX + 2, sizeof *histograms);
    struct run_metric metrics[METRICS] = {0};
    outcome->end.verdict = result->judgement.verdict;
    outcome->end.aborted = result->stop == LOAD_STOP_PERSON;
    outcome->end.exit_code = (int)verdict_exit_code(result->judgement.verdict);
    text_copy_cut(
        outcome->end.reason, sizeof outcome->end.reason, result->judgement.reason);
    describe_end(result, &outcome->entry);
    outcome->results = rows;
    outcome->result_count = fill_results(result->course, rows);
    outcome->metrics = metrics;
    outcome->metric_count = fill_metrics(result, metrics);
    outcome->histograms = histograms;
    outcome->histogram_count = fill_histograms(result->course, histograms);
    run_record_end(record, history, outcome, on_committed, owner);
    free(histograms);
    free(rows);
    free(outcome);
}
