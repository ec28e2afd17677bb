/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/json_writer.h"
#include "report/rollout_report.h"
#include "report/timestamp_json.h"

static double share_of(uint32_t weight_bp) {
    return (double)weight_bp / ROLLOUT_BASIS_POINTS;
}

static void add_ms(struct json_writer *json, const char *key, uint32_t value_ms) {
    json_field_double(json, key, (double)value_ms / 1000);
}

static void add_who(struct json_writer *json, const struct rollout_status *status) {
    json_field_string(json, "id", status->id);
    json_field_string(json, "from", status->from);
    json_field_string(json, "to", status->to);
    json_field_string(json, "holder", status->holder);
    json_field_string(json, "host", status->host);
    timestamp_json_field(json, "since", status->since_ms);
    json_field_uint(json, "epoch", status->epoch);
    json_field_uint(json, "version", status->version);
}

static void add_where(struct json_writer *json, const struct rollout_status *status) {
    json_field_string(
        json, "phase", rollout_phase_name((enum rollout_phase)status->phase));
    json_field_string(json, "hold", rollout_hold_name((enum rollout_hold)status->hold));
    if (status->reached != ROLLOUT_IDLE) {
        json_field_string(
            json, "reached", rollout_phase_name((enum rollout_phase)status->reached));
    }
    json_field_bool(json, "ended", status->ended);
    json_field_bool(json, "undoable", status->undoable);
    json_field_bool(json, "guarded", status->guarded);
    json_field_string(json, "reason", status->reason);
    if (status->actor[0]) json_field_string(json, "by", status->actor);
    json_field_string(json, "next", status->next);
    json_field_string(json, "why_not_now", status->why_not_now);
}

static void add_steps(struct json_writer *json, const struct rollout_status *status) {
    json_field_uint(json, "step", status->step);
    json_key(json, "steps");
    json_array_begin(json);
    for (uint16_t i = 0; i < status->steps; i++) {
        json_double(json, share_of(status->steps_bp[i]));
    }
    json_array_end(json);
    json_field_double(json, "weight", share_of(status->wanted_bp));
    json_field_float(json, "weight_seen", status->seen);
    add_ms(json, "lease_s", status->lease_ms);
    add_ms(json, "in_step_s", status->in_step_ms);
    add_ms(json, "hold_each_s", status->hold_each_ms);
    add_ms(json, "max_each_s", status->max_each_ms);
    add_ms(json, "left_s", status->left_ms);
}

static void add_age(struct json_writer *json, const char *key, uint32_t age_ms) {
    if (age_ms == UINT32_MAX) {
        json_field_null(json, key);
    } else {
        add_ms(json, key, age_ms);
    }
}

static void add_count(
    struct json_writer *json, const char *key, bool known, uint64_t count) {
    if (known) {
        json_field_uint(json, key, count);
    } else {
        json_field_null(json, key);
    }
}

static void add_oldest(struct json_writer *json, uint32_t jobs_open, uint32_t age_ms) {
    add_age(json, "oldest_job_s", jobs_open > 0 ? age_ms : UINT32_MAX);
}

/* What counters cannot tell is null. */
static void add_tally(
    struct json_writer *json, const struct rollout_tally *tally, bool is_canary) {
    add_count(json, "clients_left", tally->known, tally->clients_left);
    add_count(json, "limited", tally->known, tally->limited);
    add_count(json, "redispatched", tally->known, tally->redispatched);
    if (is_canary) add_count(json, "strayed", tally->known, tally->strayed);
    add_count(json, "jobs_open", tally->known, tally->jobs_open);
    add_oldest(json, tally->known ? tally->jobs_open : 0, tally->oldest_job_ms);
}

static void add_feed(
    struct json_writer *json, const struct rollout_status *status, unsigned track) {
    static const char *const tracks[] = {"stable", "canary"};
    const struct rollout_feed *feed = &status->feeds[track];
    json_key(json, tracks[track]);
    json_object_begin(json);
    json_field_string(
        json, "source", rollout_source_name((enum rollout_source)feed->source));
    add_age(json, "age_s", feed->age_ms);
    json_field_uint(json, "restarts", feed->restarts);
    add_tally(json, &feed->tally, track == 1);
    json_object_end(json);
}

static void add_data(struct json_writer *json, const struct rollout_status *status) {
    bool has_log = status->feeds[0].source == ROLLOUT_SOURCE_LOG &&
                   status->data_age_ms != UINT32_MAX;
    add_age(json, "data_age_s", status->data_age_ms);
    json_key(json, "data");
    json_object_begin(json);
    add_ms(json, "age_most_s", status->data_age_most_ms);
    add_feed(json, status, 0);
    add_feed(json, status, 1);
    add_count(json, "jobs_open", has_log, status->jobs_open);
    add_oldest(json, status->jobs_open, status->oldest_job_ms);
    json_field_string(json, "unrecorded", status->unrecorded);
    json_object_end(json);
}

static void add_pair(struct json_writer *json, const char *key, float a, float limit) {
    json_key(json, key);
    json_object_begin(json);
    json_field_float(json, "value", a);
    json_field_float(json, "limit", limit);
    json_object_end(json);
}

static void add_arm(
    struct json_writer *json, const struct rollout_metric *metric, bool canary) {
    json_key(json, canary ? "canary" : "stable");
    json_object_begin(json);
    json_field_uint(
        json, "units", canary ? metric->canary_units : metric->stable_units);
    json_field_uint(
        json, "failed", canary ? metric->canary_failed : metric->stable_failed);
    json_field_float(json, "low", canary ? metric->canary_low : metric->stable_low);
    json_field_float(json, "high", canary ? metric->canary_high : metric->stable_high);
    json_object_end(json);
}

static void add_metrics(struct json_writer *json, const struct rollout_status *status) {
    json_key(json, "metrics");
    json_array_begin(json);
    for (uint32_t i = 0; i < status->metric_count; i++) {
        const struct rollout_metric *metric = &status->metrics[i];
        json_object_begin(json);
        json_field_string(json, "name", metric->name);
        json_field_float(json, "harm", metric->harm);
        add_arm(json, metric, false);
        add_arm(json, metric, true);
        json_object_end(json);
    }
    json_array_end(json);
}

/* A bound that is not there yet is null. */
static void add_latency(struct json_writer *json, const struct rollout_status *status) {
    static const char *const arms[] = {"stable", "canary"};
    static const char *const quantiles[] = {"p50", "p95", "p99"};
    json_key(json, "latency");
    json_object_begin(json);
    for (unsigned arm = 0; arm < 2; arm++) {
        json_key(json, arms[arm]);
        json_object_begin(json);
        for (unsigned q = 0; q < 3; q++) {
            const struct rollout_latency *latency = &status->latency[arm][q];
            json_key(json, quantiles[q]);
            json_object_begin(json);
            json_field_float(json, "ms", latency->value_ms);
            json_field_float(json, "low_ms", latency->low_ms);
            json_field_float(json, "high_ms", latency->high_ms);
            json_object_end(json);
        }
        json_object_end(json);
    }
    json_object_end(json);
}

static void add_evidence(
    struct json_writer *json, const struct rollout_status *status) {
    if (status->canary_missing == ROLLOUT_NEVER || isnan(status->bound)) {
        json_field_null(json, "canary_missing");
    } else {
        json_field_uint(json, "canary_missing", status->canary_missing);
    }
    add_pair(json, "harm", status->harm, status->harm_limit);
    add_pair(json, "bound", status->bound, status->bound_limit);
    json_field_float(json, "split_evidence", status->split_evidence);
    add_metrics(json, status);
    add_latency(json, status);
}

void rollout_report_json(const struct rollout_report *report, struct buffer *to) {
    const struct rollout_status *status = report->status;
    struct json_writer json = json_writer_to(to);
    bool known = status && status->known;
    json_object_begin(&json);
    json_field_string(&json, "kind", "canary");
    json_field_string(&json, "target", report->target);
    json_field_bool(&json, "known", known);
    json_field_int(&json, "exit_code", (int)report->exit_code);
    json_field_string(&json, "exit_reason", exit_code_name(report->exit_code));
    if (known && report->past) json_field_bool(&json, "past", true);
    if (known) {
        add_who(&json, status);
        add_where(&json, status);
        add_steps(&json, status);
        add_data(&json, status);
        add_evidence(&json, status);
    }
    json_object_end(&json);
    buffer_add_char(to, '\n');
}
