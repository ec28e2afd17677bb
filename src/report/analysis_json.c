/* SPDX-License-Identifier: MIT */
#include "base/json_writer.h"
#include "base/units.h"
#include "core/verdict.h"
#include "core/weight.h"
#include "report/analysis_report.h"
#include "report/timestamp_json.h"

static const double ms_per_s = 1000;

static void add_rule(
    struct json_writer *json, const char *key, const struct rollout_plan *plan) {
    json_key(json, key);
    json_object_begin(json);
    json_field_string(json, "rule", rollout_rule_name((enum rollout_rule)plan->rule));
    json_field_double(json, "alpha", plan->alpha);
    json_field_double(json, "budget", plan->budget_ratio);
    json_field_double(json, "material", plan->material);
    json_field_double(json, "hold_each_s", (double)plan->hold_each_ns / NS_PER_S);
    json_field_double(json, "max_each_s", (double)plan->max_each_ns / NS_PER_S);
    json_object_end(json);
}

static void add_recording(
    struct json_writer *json, const struct analysis_report *report) {
    const struct rollout_analysis *analysis = report->analysis;
    char notes[ANALYSIS_NOTES_MAX][ANALYSIS_NOTE_SIZE];
    uint32_t count = analysis_report_notes(report, notes);
    json_key(json, "recording");
    json_object_begin(json);
    json_field_string(json, "path", report->path);
    json_field_string(json, "source", analysis->known_assignment ? "log" : "metrics");
    timestamp_json_field(json, "from", analysis->first_ms);
    timestamp_json_field(json, "until", analysis->last_ms);
    json_field_uint(json, "outcomes", analysis->outcomes);
    json_field_uint(json, "decisions", analysis->moments);
    json_field_uint(json, "differing", analysis->differing);
    json_field_bool(json, "has_gap", analysis->has_gap);
    json_field_bool(json, "truncated", analysis->is_full);
    json_field_uint(json, "left_out", analysis->left_out);
    json_field_bool(json, "torn", report->is_torn);
    json_key(json, "notes");
    json_array_begin(json);
    for (uint32_t i = 0; i < count; i++) json_string(json, notes[i]);
    json_array_end(json);
    json_object_end(json);
}

static void add_ending(
    struct json_writer *json, const char *key, const struct rollout_ending *ending) {
    json_key(json, key);
    if (ending->end == ROLLOUT_END_NONE) {
        json_null(json);
        return;
    }
    json_object_begin(json);
    json_field_string(json, "decision", rollout_end_name(ending->end));
    json_field_string(json, "hold", rollout_hold_name(ending->hold));
    timestamp_json_field(json, "at", ending->at_ms);
    json_field_double(json, "in_step_s", (double)ending->in_step_ms / ms_per_s);
    json_field_uint(json, "canary_requests", ending->requests);
    json_field_double(json, "harm", ending->evidence);
    json_field_string(json, "why", ending->why);
    json_field_string(json, "actor", ending->actor);
    json_object_end(json);
}

static void add_arm(
    struct json_writer *json, const char *key, const struct trials *trials) {
    json_key(json, key);
    json_object_begin(json);
    json_field_uint(json, "requests", trials->count);
    json_field_uint(json, "failed", trials->failures);
    json_object_end(json);
}

static void add_steps(
    struct json_writer *json, const struct rollout_analysis *analysis) {
    json_key(json, "steps");
    json_array_begin(json);
    for (uint32_t i = 0; i < analysis->stretch_count; i++) {
        const struct rollout_stretch *stretch = &analysis->stretches[i];
        json_object_begin(json);
        json_field_uint(json, "step", stretch->step + 1);
        json_field_double(json, "weight", weight_ratio(stretch->weight_bp));
        timestamp_json_field(json, "from", stretch->from_ms);
        timestamp_json_field(json, "until", stretch->until_ms);
        add_arm(json, "stable", &stretch->arms[ARM_STABLE]);
        add_arm(json, "canary", &stretch->arms[ARM_CANARY]);
        add_ending(json, "ran", &stretch->ran);
        add_ending(json, "ran_then", &stretch->ran_then);
        add_ending(json, "would", &stretch->would);
        add_ending(json, "would_then", &stretch->then);
        json_object_end(json);
    }
    json_array_end(json);
}

static void add_series(
    struct json_writer *json, const struct rollout_analysis *analysis) {
    json_key(json, "series");
    json_array_begin(json);
    for (uint32_t i = 0; i < analysis->point_count; i++) {
        const struct rollout_point *point = &analysis->points[i];
        json_object_begin(json);
        timestamp_json_field(json, "at", point->at_ms);
        json_field_uint(json, "canary_requests", point->requests);
        json_field_double(json, "harm_ran", point->ran);
        json_field_double(json, "harm_would", point->would);
        json_object_end(json);
    }
    json_array_end(json);
}

static const char *verdict_of(enum exit_code code) {
    if (code == EXIT_CODE_OK) return verdict_name(VERDICT_PASS);
    return verdict_name(code == EXIT_CODE_FAILED ? VERDICT_FAIL : VERDICT_INCONCLUSIVE);
}

void analysis_report_json(const struct analysis_report *report, struct buffer *to) {
    const struct rollout_analysis *analysis = report->analysis;
    enum exit_code code = rollout_analysis_code(analysis);
    struct json_writer json = json_writer_to(to);
    json_object_begin(&json);
    json_field_string(&json, "kind", "canary_analysis");
    json_field_string(&json, "target", analysis->plan.target);
    json_field_string(&json, "rollout", analysis->plan.id);
    json_field_string(&json, "from", analysis->plan.from);
    json_field_string(&json, "to", analysis->plan.to);
    json_field_string(
        &json, "decision", rollout_end_name(rollout_analysis_end(analysis)));
    json_field_string(&json, "verdict", verdict_of(code));
    json_field_string(&json, "phase", rollout_phase_name(analysis->last.phase));
    json_field_string(&json, "reason", analysis->last.reason);
    add_rule(&json, "ran_by", &analysis->plan);
    add_rule(&json, "asked", &analysis->asked);
    json_field_string(&json, "warning", report->warning);
    add_recording(&json, report);
    add_steps(&json, analysis);
    add_series(&json, analysis);
    json_field_int(&json, "exit_code", (int)code);
    json_field_string(&json, "exit_reason", exit_code_name(code));
    json_object_end(&json);
    buffer_add_char(to, '\n');
}
