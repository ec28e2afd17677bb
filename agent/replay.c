/* SPDX-License-Identifier: MIT */
#include "agent/replay.h"

#include "agent/agent.h"
#include "agent/answer.h"
#include "agent/chat_body.h"
#include "agent/exchange.h"
#include "agent/registry.h"
#include "agent/service.h"
#include "base/json_writer.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "io/redis.h"
#include "io/server.h"

enum {
    STATUS_OK = 200,
    STATUS_ACCEPTED = 202,
    STATUS_UNPROCESSABLE = 422,
    WORD_SIZE = 32,
    LOCATION_SIZE = 64,
};

static void count(const struct exchange *exchange, const char *status) {
    registry_count(
        exchange->service->agent->registry, FAMILY_REQUESTS, status, NULL, 1);
}

static void write_state(const struct redis_reply *fields, struct buffer *body) {
    struct json_writer json = json_writer_to(body);
    json_object_begin(&json);
    json_field_slice(&json, "job_id", job_field(fields, "id"));
    json_field_slice(&json, "status", job_field(fields, "status"));
    json_field_slice(&json, "version", job_field(fields, "version"));
    json_object_end(&json);
}

/* Redis is no place to trust: a word that goes into a header is made safe. */
static void add_location(struct exchange *exchange, const struct redis_reply *fields) {
    char location[LOCATION_SIZE];
    struct text text = TEXT_IN(location);
    text_add(&text, "/chat/");
    safe_text_add(&text, job_field(fields, "id"));
    server_add_header(exchange->request, "Location", location);
}

static void answer_again(
    struct exchange *exchange, const struct redis_reply *fields, bool waits) {
    bool has_answer = waits && slice_equals(job_field(fields, "status"), "completed");
    char outcome[WORD_SIZE] = "accepted";
    struct buffer body;
    count(exchange, "replayed");
    buffer_init(&body, CHAT_BODY_MAX);
    if (has_answer) {
        chat_body_write_again(fields, &body);
        safe_text_copy(outcome, sizeof outcome, job_field(fields, "outcome"));
    } else {
        write_state(fields, &body);
        add_location(exchange, fields);
    }
    server_add_header(exchange->request, "X-Agent-Outcome", outcome);
    server_add_header(exchange->request, "X-Agent-Idempotency", "replayed");
    exchange_answer(
        exchange, has_answer ? STATUS_OK : STATUS_ACCEPTED, ANSWER_JSON, &body);
    buffer_clear(&body);
}

static void refuse_other(struct exchange *exchange) {
    count(exchange, "rejected");
    server_add_header(exchange->request, "X-Agent-Outcome", "rejected");
    exchange_refuse(
        exchange, &(struct exchange_problem){
                      .status = STATUS_UNPROCESSABLE,
                      .code = "idempotency_key_reused",
                      .message = "this Idempotency-Key belongs to another request"});
}

bool replay_promised(
    struct exchange *exchange, const struct redis_reply *reply, bool waits) {
    if (!reply || reply->kind != REDIS_LIST || reply->count == 0) return false;
    struct slice word = reply->items[0].string;
    if (slice_equals(word, "same") && reply->count > 2) {
        answer_again(exchange, &reply->items[2], waits);
        return true;
    }
    if (!slice_equals(word, "other")) return false;
    refuse_other(exchange);
    return true;
}
