/* SPDX-License-Identifier: MIT */
#include "agent/job.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "core/ulid.h"
#include "io/loop.h"

void job_new_id(struct job_ids *ids, char id[JOB_ID_SIZE], int64_t wall_ms) {
    uint8_t ulid[ULID_SIZE];
    if (ids->left == 0) {
        loop_random(ids->random, sizeof ids->random);
        ids->left = JOB_IDS_AHEAD;
    }
    ulid_make(ulid, wall_ms, ids->random[--ids->left]);
    ulid_to_string(ulid, id);
}

bool job_id_valid(const char *id) {
    uint8_t ulid[ULID_SIZE];
    return ulid_from_string(slice_of(id), ulid);
}

void job_add_fields(const struct job *job, struct redis_args *args) {
    const struct chat_request *request = &job->request;
    struct slice message = {
        .data = request->message, .length = request->message_length};
    redis_args_field(args, "id", slice_of(job->id));
    redis_args_field(args, "request_id", slice_of(job->request_id));
    redis_args_field(args, "version", slice_of(job->version));
    redis_args_field(args, "user_hash", slice_of(job->user_hash));
    redis_args_field(args, "user_id", slice_of(request->user_id));
    redis_args_field(args, "message", message);
    redis_args_field_int(args, "priority", request->priority);
    if (job->cache != CACHE_WELCOME) {
        redis_args_field_int(args, "cache", (int64_t)job->cache);
    }
    if (request->context.name[0]) {
        redis_args_field(args, "name", slice_of(request->context.name));
    }
    if (request->context.order_id[0]) {
        redis_args_field(args, "order_id", slice_of(request->context.order_id));
    }
}

void job_add_result(const struct chat_result *result, struct redis_args *args) {
    redis_args_field(args, "response", result->response);
    redis_args_field(args, "error", slice_of(result->message));
    redis_args_field(args, "calls", result->calls);
    redis_args_field_int(args, "input_tokens", (int64_t)result->usage.input);
    redis_args_field_int(args, "output_tokens", (int64_t)result->usage.output);
    redis_args_field_int(args, "cache_read_tokens", (int64_t)result->usage.cache_read);
    redis_args_field_int(
        args, "cache_write_tokens", (int64_t)result->usage.cache_write);
    if (result->cache == CACHE_USE_HIT) redis_args_field_int(args, "cached", 1);
    if (!result->cost_known) return;
    redis_args_add_string(args, "cost_usd");
    redis_args_addf(args, "%.9g", result->cost_usd);
}

struct slice job_field(const struct redis_reply *fields, const char *name) {
    size_t count = fields->kind == REDIS_LIST ? fields->count : 0;
    for (size_t i = 0; i + 1 < count; i += 2) {
        const struct redis_reply *pair = &fields->items[i];
        if (slice_equals(pair[0].string, name)) return pair[1].string;
    }
    return (struct slice){.data = "", .length = 0};
}

/* False when the field does not fit. */
static bool read_text(
    const struct redis_reply *fields, const char *name, char *to, size_t size) {
    struct slice value = job_field(fields, name);
    if (value.length >= size) return false;
    memcpy(to, value.data, value.length);
    to[value.length] = '\0';
    return true;
}

static bool read_texts(struct job *job, const struct redis_reply *fields) {
    struct user_context *context = &job->request.context;
    return read_text(fields, "id", job->id, sizeof job->id) &&
           read_text(fields, "request_id", job->request_id, sizeof job->request_id) &&
           read_text(fields, "version", job->version, sizeof job->version) &&
           read_text(fields, "user_hash", job->user_hash, sizeof job->user_hash) &&
           read_text(
               fields, "user_id", job->request.user_id, sizeof job->request.user_id) &&
           read_text(fields, "name", context->name, sizeof context->name) &&
           read_text(fields, "order_id", context->order_id, sizeof context->order_id);
}

/* Of a version that knows more of them, the most careful one. */
static enum cache_wish read_cache_wish(const struct redis_reply *fields) {
    int64_t wish = CACHE_WELCOME;
    slice_i64(job_field(fields, "cache"), &wish);
    if (wish == CACHE_WELCOME || wish == CACHE_RENEW) return (enum cache_wish)wish;
    return CACHE_AVOID;
}

bool job_read(struct job *job, const struct redis_reply *fields, struct error *err) {
    struct job read = {0};
    int64_t priority = 0;
    struct slice message = job_field(fields, "message");
    if (!read_texts(&read, fields) || !job_id_valid(read.id)) {
        return error_set(
            err, ERROR_PROTOCOL, "not a job, or one with too long a field");
    }
    if (!slice_i64(job_field(fields, "submitted_ms"), &read.submitted_ms) ||
        !slice_i64(job_field(fields, "deadline_ms"), &read.deadline_ms) ||
        !slice_i64(job_field(fields, "priority"), &priority)) {
        return error_set(err, ERROR_PROTOCOL, "job %s: a number is missing", read.id);
    }
    if (message.length == 0 || message.length > CHAT_MESSAGE_MAX) {
        return error_set(err, ERROR_PROTOCOL, "job %s: no message", read.id);
    }
    read.cache = read_cache_wish(fields);
    read.request.priority = (enum chat_priority)priority;
    read.request.message = memory_copy_bytes(message.data, message.length);
    read.request.message_length = message.length;
    *job = read;
    return true;
}

void job_clear(struct job *job) {
    chat_request_clear(&job->request);
    *job = (struct job){0};
}
