/* SPDX-License-Identifier: MIT */
#include "agent/chat_body.h"

#include "agent/job.h"
#include "agent/model_answer.h"
#include "base/json_writer.h"
#include "core/decimal.h"
#include "core/document.h"
#include "io/json.h"
#include "io/redis.h"

enum { ESCAPED_MAX = 6, REST_MAX = 16 * 1024 }; /* bytes for one; names and numbers */
_Static_assert(
    ESCAPED_MAX *MODEL_TEXT_MAX + CHAT_CALLS_MAX + REST_MAX <= CHAT_BODY_MAX,
    "the longest answer fits");

static void write_usage(
    struct json_writer *json, const struct usage *usage, bool cost_known,
    double cost_usd) {
    json_key(json, "usage");
    json_object_begin(json);
    json_field_uint(json, "input_tokens", usage->input);
    json_field_uint(json, "output_tokens", usage->output);
    json_field_uint(json, "cache_read_input_tokens", usage->cache_read);
    json_field_uint(json, "cache_creation_input_tokens", usage->cache_write);
    if (cost_known) json_field_float(json, "cost_usd", (float)cost_usd);
    json_object_end(json);
}

static void write_calls(struct json_writer *json, struct slice calls) {
    json_key(json, "tool_calls");
    json_array_begin(json);
    json_raw(json, calls);
    json_array_end(json);
}

void chat_body_write(
    const struct chat_result *result, const char *job_id, const char *version,
    struct buffer *body) {
    struct json_writer json = json_writer_to(body);
    json_object_begin(&json);
    json_field_slice(&json, "response", result->response);
    json_field_string(&json, "job_id", job_id);
    json_field_string(&json, "version", version);
    json_field_string(&json, "outcome", outcome_name(result->outcome));
    json_field_bool(&json, "cached", result->cache == CACHE_USE_HIT);
    write_usage(&json, &result->usage, result->cost_known, result->cost_usd);
    write_calls(&json, result->calls);
    json_object_end(&json);
}

void chat_body_write_failure(
    const struct chat_result *result, const char *request_id, struct buffer *body) {
    struct json_writer json = json_writer_to(body);
    json_object_begin(&json);
    json_key(&json, "error");
    json_object_begin(&json);
    json_field_string(&json, "code", outcome_name(result->outcome));
    json_field_string(&json, "message", result->message);
    json_field_string(&json, "request_id", request_id);
    json_object_end(&json);
    json_object_end(&json);
}

static uint64_t count_of(const struct redis_reply *fields, const char *name) {
    uint64_t count = 0;
    slice_u64(job_field(fields, name), &count);
    return count;
}

static void write_time(
    struct json_writer *json, const struct redis_reply *fields, const char *name) {
    int64_t time_ms = 0;
    if (slice_i64(job_field(fields, name), &time_ms)) {
        json_field_int(json, name, time_ms);
    }
}

/* Redis is no place to trust: what is put into the answer as it is has to be JSON. */
static void write_stored_calls(
    struct json_writer *json, const struct redis_reply *fields) {
    struct slice calls = job_field(fields, "calls");
    struct error err = {0};
    struct buffer list;
    buffer_init(&list, CHAT_BODY_MAX);
    buffer_add_char(&list, '[');
    buffer_add(&list, calls.data, calls.length);
    buffer_add_char(&list, ']');
    struct document *document =
        list.overflow ? NULL : json_parse(buffer_slice(&list), &err);
    json_key(json, "tool_calls");
    if (document) {
        json_raw(json, buffer_slice(&list));
    } else {
        json_null(json);
    }
    document_free(document);
    buffer_clear(&list);
}

static void write_cached(struct json_writer *json, const struct redis_reply *fields) {
    bool is_cached = slice_equals(job_field(fields, "cached"), "1");
    json_field_bool(json, "cached", is_cached);
}

static void write_stored_usage(
    struct json_writer *json, const struct redis_reply *fields) {
    struct usage usage = {
        .input = count_of(fields, "input_tokens"),
        .output = count_of(fields, "output_tokens"),
        .cache_read = count_of(fields, "cache_read_tokens"),
        .cache_write = count_of(fields, "cache_write_tokens")};
    double cost_usd = 0;
    struct scan cost = scan_of(job_field(fields, "cost_usd"));
    bool cost_known = decimal_take(&cost, &cost_usd) && scan_done(&cost);
    write_usage(json, &usage, cost_known, cost_usd);
}

static void write_ended(struct json_writer *json, const struct redis_reply *fields) {
    json_field_slice(json, "outcome", job_field(fields, "outcome"));
    json_field_slice(json, "response", job_field(fields, "response"));
    write_cached(json, fields);
    write_stored_usage(json, fields);
    write_stored_calls(json, fields);
    struct slice error = job_field(fields, "error");
    if (error.length == 0) return;
    json_key(json, "error");
    json_object_begin(json);
    json_field_slice(json, "code", job_field(fields, "outcome"));
    json_field_slice(json, "message", error);
    json_field_slice(json, "request_id", job_field(fields, "request_id"));
    json_object_end(json);
}

void chat_body_write_again(const struct redis_reply *fields, struct buffer *body) {
    struct json_writer json = json_writer_to(body);
    json_object_begin(&json);
    json_field_slice(&json, "response", job_field(fields, "response"));
    json_field_slice(&json, "job_id", job_field(fields, "id"));
    json_field_slice(&json, "version", job_field(fields, "version"));
    json_field_slice(&json, "outcome", job_field(fields, "outcome"));
    write_cached(&json, fields);
    write_stored_usage(&json, fields);
    write_stored_calls(&json, fields);
    json_object_end(&json);
}

void chat_body_write_job(const struct redis_reply *fields, struct buffer *body) {
    struct json_writer json = json_writer_to(body);
    struct slice status = job_field(fields, "status");
    json_object_begin(&json);
    json_field_slice(&json, "job_id", job_field(fields, "id"));
    json_field_slice(&json, "status", status);
    json_field_slice(&json, "version", job_field(fields, "version"));
    write_time(&json, fields, "submitted_ms");
    write_time(&json, fields, "started_ms");
    write_time(&json, fields, "finished_ms");
    if (slice_equals(status, "completed") || slice_equals(status, "failed")) {
        write_ended(&json, fields);
    }
    json_object_end(&json);
}
