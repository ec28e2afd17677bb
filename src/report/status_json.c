/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/json_writer.h"
#include "base/units.h"
#include "report/status_report.h"

/* What a section shows of the metrics of a track or of the target. */
struct metric_field {
    const char *key;
    enum metric metric;
};

static const struct metric_field red_fields[] = {
    {"rps", METRIC_RPS},    {"error_ratio", METRIC_ERROR_RATIO},
    {"p50_ms", METRIC_P50}, {"p95_ms", METRIC_P95},
    {"p99_ms", METRIC_P99}, {"in_flight", METRIC_IN_FLIGHT},
};
static const struct metric_field redis_fields[] = {
    {"ping_ms", METRIC_REDIS_PING},        {"ops_per_s", METRIC_REDIS_OPS},
    {"memory_bytes", METRIC_REDIS_MEMORY}, {"maxmemory_bytes", METRIC_REDIS_MAXMEM},
    {"clients", METRIC_REDIS_CLIENTS},     {"blocked_clients", METRIC_REDIS_BLOCKED},
    {"hit_ratio", METRIC_REDIS_HITS},      {"evicted_per_s", METRIC_REDIS_EVICTED},
};
static const struct metric_field queue_fields[] = {
    {"waiting", METRIC_QUEUE_WAITING}, {"in_flight", METRIC_QUEUE_FLIGHT},
    {"oldest_ms", METRIC_QUEUE_AGE},   {"dead", METRIC_QUEUE_DEAD},
    {"workers", METRIC_WORKERS},       {"workers_busy", METRIC_WORKERS_BUSY},
};
static const struct metric_field split_fields[] = {
    {"canary_wanted", METRIC_SPLIT_WANTED},
    {"canary_seen", METRIC_SPLIT_SEEN},
};

enum { OBJECTIVE_SIZE = 128 };

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static void add_age(struct json_writer *json, uint64_t at_ns, uint64_t now_ns) {
    if (at_ns == 0) {
        json_field_null(json, "age_ms");
    } else {
        json_field_uint(
            json, "age_ms", now_ns > at_ns ? (now_ns - at_ns) / NS_PER_MS : 0);
    }
}

/* The values, and when the newest of them came; 0 for never. */
static uint64_t add_metrics(
    struct json_writer *json, const struct state *state, enum track track,
    const struct metric_field *fields, size_t count) {
    uint64_t newest_ns = 0;
    for (size_t i = 0; i < count; i++) {
        enum metric metric = fields[i].metric;
        float value = state_value(state, track, metric, 0, UINT64_MAX);
        json_field_float(json, fields[i].key, value);
        uint64_t at_ns = isnan(value) ? 0 : state->value_ns[track][metric];
        if (at_ns > newest_ns) newest_ns = at_ns;
    }
    return newest_ns;
}

/* How the worst of them is, and why; n/a and null when there is none. */
static void add_worst(struct json_writer *json, const struct part *worst) {
    json_field_string(json, "status", status_word(worst));
    if (worst) json_field_string(json, "detail", worst->detail);
    if (!worst) json_field_null(json, "detail");
}

/* The worst of the parts of a kind, and when one of them last answered. */
static uint64_t add_status(
    struct json_writer *json, const struct state *state, enum part_kind kind) {
    uint64_t answered_ns = 0;
    add_worst(json, status_worst(state, kind, STATE_TRACK_NONE));
    for (uint32_t i = 0; i < state->part_count; i++) {
        const struct part *part = &state->parts[i];
        if (part->kind != kind || part->answered_ns <= answered_ns) continue;
        answered_ns = part->answered_ns;
    }
    return answered_ns;
}

static void add_section(
    struct json_writer *json, const struct status_report *report, enum part_kind kind,
    const struct metric_field *fields, size_t count) {
    json_object_begin(json);
    uint64_t answered_ns = add_status(json, report->state, kind);
    add_metrics(json, report->state, TRACK_STABLE, fields, count);
    add_age(json, answered_ns, report->now_ns);
    json_object_end(json);
}

static void add_red(struct json_writer *json, const struct status_report *report) {
    static const char *const names[TRACK_COUNT] = {"stable", "canary"};
    const struct state *state = report->state;
    json_object_begin(json);
    for (unsigned i = 0; i < TRACK_COUNT; i++) {
        json_key(json, names[i]);
        json_object_begin(json);
        add_worst(json, status_worst(state, PART_METRICS, (uint8_t)i));
        uint64_t newest_ns =
            add_metrics(json, state, (enum track)i, red_fields, COUNT_OF(red_fields));
        if (state->version[i][0]) json_field_string(json, "version", state->version[i]);
        if (!state->version[i][0]) json_field_null(json, "version");
        json_field_uint(json, "instances", state->instances[i]);
        json_field_bool(json, "mixed", state->mixed[i]);
        add_age(json, newest_ns, report->now_ns);
        json_object_end(json);
    }
    json_object_end(json);
}

static void add_split(struct json_writer *json, const struct status_report *report) {
    const struct split *split = &report->state->split;
    json_object_begin(json);
    uint64_t answered_ns = add_status(json, report->state, PART_SPLIT);
    add_metrics(
        json, report->state, TRACK_STABLE, split_fields, COUNT_OF(split_fields));
    if (split->known && split->lease_ms > 0) {
        json_field_uint(json, "lease_ms", split->lease_ms);
    } else {
        json_field_null(json, "lease_ms");
    }
    add_age(json, answered_ns, report->now_ns);
    json_object_end(json);
}

static void add_track(struct json_writer *json, uint8_t track) {
    if (track < TRACK_COUNT) {
        json_field_string(json, "track", track_name((enum track)track));
    } else {
        json_field_null(json, "track");
    }
}

static void add_errors(struct json_writer *json, const struct status_report *report) {
    const struct state *state = report->state;
    json_object_begin(json);
    add_status(json, state, PART_ERRORS);
    json_key(json, "rows");
    json_array_begin(json);
    for (uint32_t i = 0; i < state->error_count; i++) {
        const struct error_row *row = &state->errors[i];
        json_object_begin(json);
        json_field_string(json, "kind", row->kind);
        json_field_string(json, "route", row->route);
        json_field_string(json, "version", row->version);
        add_track(json, row->track);
        json_field_uint(json, "count", row->count);
        json_field_int(json, "last_seen_ms", row->last_seen_ms);
        json_field_string(json, "request_id", row->request_id);
        json_field_string(json, "message", row->message);
        json_object_end(json);
    }
    json_array_end(json);
    add_age(json, state->errors_at_ns, report->now_ns);
    json_object_end(json);
}

static void add_parts(struct json_writer *json, const struct status_report *report) {
    const struct state *state = report->state;
    json_array_begin(json);
    for (uint32_t i = 0; i < state->part_count; i++) {
        const struct part *part = &state->parts[i];
        bool answered = part->answered_ns != 0;
        json_object_begin(json);
        json_field_string(json, "kind", part_kind_name((enum part_kind)part->kind));
        json_field_string(json, "name", part->name);
        add_track(json, part->track);
        json_field_string(json, "status", status_word(part));
        json_field_string(json, "detail", part->detail);
        json_field_string(json, "version", part->version);
        if (part->http_status) json_field_uint(json, "http_status", part->http_status);
        json_field_float(json, "latency_ms", answered ? part->latency_ms : NAN);
        add_age(json, part->answered_ns, report->now_ns);
        json_object_end(json);
    }
    json_array_end(json);
}

static const char *evidence_name(enum evidence_kind kind) {
    switch (kind) {
    case EVIDENCE_ENOUGH: return "enough";
    case EVIDENCE_FEW: return "few";
    case EVIDENCE_NONE: return "none";
    case EVIDENCE_STALE: return "stale";
    case EVIDENCE_ABSENT: return "absent";
    }
    return "absent";
}

/* Latencies in ms, shares from 0 to 1; a comparison's limit is a factor. */
static void add_objective(struct json_writer *json, const struct objective *objective) {
    char words[OBJECTIVE_SIZE];
    struct text text = TEXT_IN(words);
    objective_add_words(&text, objective);
    const struct evidence *evidence = &objective->evidence;
    bool judged = objective->level != OBJECTIVE_UNJUDGED;
    json_object_begin(json);
    add_track(json, (uint8_t)objective->track);
    json_field_string(json, "name", objective_kind_name(objective->kind));
    json_field_string(json, "verdict", objective_level_name(objective->level));
    json_field_string(json, "reason", words);
    json_field_float(json, "value", judged ? objective->value : NAN);
    json_field_float(json, "limit", objective->limit);
    json_field_float(json, "stable", judged ? objective->stable : NAN);
    json_field_string(json, "evidence", evidence_name(evidence->kind));
    json_field_float(json, "n", evidence->samples);
    json_field_float(json, "window_ms", evidence->span_ms);
    bool counted = evidence->kind != EVIDENCE_ABSENT;
    if (counted) json_field_uint(json, "age_ms", evidence->age_ns / NS_PER_MS);
    if (!counted) json_field_null(json, "age_ms");
    json_object_end(json);
}

static void add_objectives(
    struct json_writer *json, const struct objectives *objectives) {
    json_array_begin(json);
    for (uint32_t i = 0; i < objectives->count; i++) {
        add_objective(json, &objectives->items[i]);
    }
    json_array_end(json);
}

static void add_health(struct json_writer *json, const struct status_report *report) {
    json_object_begin(json);
    uint64_t answered_ns = add_status(json, report->state, PART_HEALTH);
    add_metrics(
        json, report->state, TRACK_STABLE,
        (const struct metric_field[]){{"latency_ms", METRIC_HEALTH}}, 1);
    add_age(json, answered_ns, report->now_ns);
    json_object_end(json);
}

static void add_head(struct json_writer *json, const struct status_report *report) {
    const struct status_judgement *judgement = report->judgement;
    json_field_string(json, "verdict", verdict_name(judgement->verdict));
    json_field_string(json, "exit_reason", exit_code_name(judgement->code));
    json_field_int(json, "exit_code", judgement->code);
    json_field_string(json, "reason", judgement->reason);
    json_field_bool(json, "complete", judgement->whole);
    json_field_bool(json, "degraded", judgement->degraded);
    json_field_string(json, "target", report->target->name);
    json_field_string(json, "class", target_class_name(report->target->class));
    json_field_string(json, "url", report->target->url);
    json_field_int(json, "wall_ms", report->wall_ms);
}

void status_report_json(const struct status_report *report, struct buffer *to) {
    struct json_writer json = json_writer_to(to);
    json_object_begin(&json);
    add_head(&json, report);
    json_key(&json, "health");
    add_health(&json, report);
    json_key(&json, "red");
    add_red(&json, report);
    json_key(&json, "objectives");
    add_objectives(&json, &report->judgement->objectives);
    json_key(&json, "redis");
    add_section(&json, report, PART_REDIS, redis_fields, COUNT_OF(redis_fields));
    json_key(&json, "queue");
    add_section(&json, report, PART_QUEUE, queue_fields, COUNT_OF(queue_fields));
    json_key(&json, "split");
    add_split(&json, report);
    json_key(&json, "errors");
    add_errors(&json, report);
    json_key(&json, "parts");
    add_parts(&json, report);
    json_object_end(&json);
    buffer_add_char(to, '\n');
}
