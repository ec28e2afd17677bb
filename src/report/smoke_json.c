/* SPDX-License-Identifier: MIT */
#include "base/json_writer.h"
#include "base/units.h"
#include "report/smoke_report.h"
#include "report/timestamp_json.h"

enum { LINE_VERSION = 1 };

static double ms_of(uint64_t duration_ns) {
    uint64_t us = duration_ns / NS_PER_US;
    return (double)us / 1000.0;
}

static void add_run(struct json_writer *json, const struct smoke_result *result) {
    char run[ULID_STRING_SIZE];
    ulid_to_string(result->run, run);
    json_field_string(json, "run", run);
}

static void add_verdict(struct json_writer *json, const struct smoke_report *report) {
    const struct smoke_result *result = report->result;
    json_field_string(json, "verdict", verdict_name(result->verdict));
    json_field_string(json, "reason", result->reason);
    json_field_string(json, "end", smoke_end_name(result->end));
    json_field_int(json, "exit_code", (int)report->exit_code);
    json_field_string(json, "exit_reason", exit_code_name(report->exit_code));
    json_field_uint(json, "passed", result->passed);
    json_field_uint(json, "failed", result->failed);
    json_field_uint(json, "inconclusive", result->inconclusive);
    json_field_uint(json, "errors", result->errors);
    json_field_uint(json, "not_run", result->not_run);
    json_field_uint(json, "flaky", result->flaky);
    json_field_uint(json, "degraded", result->degraded);
    json_field_double(json, "duration_ms", ms_of(result->duration_ns));
}

static void add_target(struct json_writer *json, const struct smoke_result *result) {
    json_field_string(json, "target", result->target);
    json_field_string(json, "url", result->url);
    if (result->file[0]) json_field_string(json, "file", result->file);
}

/* What a check did not come to is null, never zero. */
static void add_check(struct json_writer *json, const struct smoke_check *check) {
    json_field_string(json, "name", check->name);
    json_field_string(json, "request", check->request);
    if (check->line > 0) json_field_uint(json, "line", check->line);
    if (!check->done) {
        json_field_null(json, "verdict");
        json_field_null(json, "duration_ms");
        json_field_string(json, "detail", "not run");
        return;
    }
    json_field_string(json, "verdict", verdict_name(check->verdict));
    json_field_double(json, "duration_ms", ms_of(check->duration_ns));
    json_field_string(json, "detail", check->detail);
    json_field_bool(json, "flaky", check->flaky);
    json_field_bool(json, "degraded", check->degraded);
    json_field_uint(json, "attempts", check->attempts);
    if (check->status > 0) {
        json_field_uint(json, "status", check->status);
    } else {
        json_field_null(json, "status");
    }
}

void smoke_report_json(const struct smoke_report *report, struct buffer *to) {
    const struct smoke_result *result = report->result;
    struct json_writer json = json_writer_to(to);
    json_object_begin(&json);
    json_field_string(&json, "kind", "smoke");
    add_run(&json, result);
    add_target(&json, result);
    timestamp_json_field(&json, "started", result->started_ms);
    add_verdict(&json, report);
    json_key(&json, "checks");
    json_array_begin(&json);
    for (uint32_t i = 0; i < result->count; i++) {
        json_object_begin(&json);
        add_check(&json, &result->checks[i]);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    buffer_add_char(to, '\n');
}

static struct json_writer begin_line(
    const struct smoke_result *result, const char *type, int64_t wall_ms,
    struct buffer *to) {
    struct json_writer json = json_writer_to(to);
    json_object_begin(&json);
    json_field_uint(&json, "v", LINE_VERSION);
    timestamp_json_field(&json, "ts", wall_ms);
    add_run(&json, result);
    json_field_string(&json, "type", type);
    return json;
}

static void end_line(struct json_writer *json) {
    json_object_end(json);
    buffer_add_char(json->to, '\n');
}

void smoke_report_line_start(const struct smoke_result *result, struct buffer *to) {
    struct json_writer json = begin_line(result, "run.start", result->started_ms, to);
    json_field_string(&json, "kind", "smoke");
    add_target(&json, result);
    json_field_uint(&json, "checks", result->count);
    end_line(&json);
}

void smoke_report_line_check(
    const struct smoke_result *result, uint32_t index, struct buffer *to) {
    const struct smoke_check *check = &result->checks[index];
    struct json_writer json = begin_line(result, "check.end", check->ended_ms, to);
    json_field_uint(&json, "index", index + 1);
    add_check(&json, check);
    end_line(&json);
}

/* The whole takes its time by another clock than its checks; it ends with them at the
 * earliest. */
static int64_t ended_ms(const struct smoke_result *result) {
    int64_t last_ms = result->started_ms + (int64_t)(result->duration_ns / NS_PER_MS);
    for (uint32_t i = 0; i < result->count; i++) {
        const struct smoke_check *check = &result->checks[i];
        if (check->done && check->ended_ms > last_ms) last_ms = check->ended_ms;
    }
    return last_ms;
}

void smoke_report_line_end(const struct smoke_report *report, struct buffer *to) {
    const struct smoke_result *result = report->result;
    struct json_writer json = begin_line(result, "run.end", ended_ms(result), to);
    add_verdict(&json, report);
    end_line(&json);
}

void smoke_report_jsonl(const struct smoke_report *report, struct buffer *to) {
    const struct smoke_result *result = report->result;
    smoke_report_line_start(result, to);
    for (uint32_t i = 0; i < result->count; i++) {
        if (result->checks[i].done) smoke_report_line_check(result, i, to);
    }
    smoke_report_line_end(report, to);
}
