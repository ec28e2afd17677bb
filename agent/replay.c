/* SPDX-License-Identifier: MIT */
#include "agent/replay.h"

#include "agent/accepted.h"
#include "agent/agent.h"
#include "agent/answer.h"
#include "agent/chat_body.h"
#include "agent/exchange.h"
#include "agent/http_status.h"
#include "agent/registry.h"
#include "agent/service.h"
#include "base/safe_text.h"
#include "io/redis.h"
#include "io/server.h"

enum { WORD_SIZE = 32 };

static void count(const struct exchange *exchange, const char *status) {
    registry_count(
        exchange->service->agent->registry, FAMILY_REQUESTS, status, NULL, 1);
}

static void tell_answer(struct exchange *exchange, const struct redis_reply *fields) {
    char outcome[WORD_SIZE];
    struct buffer body;
    safe_text_copy(outcome, sizeof outcome, job_field(fields, "outcome"));
    server_add_header(exchange->request, "X-Agent-Outcome", outcome);
    buffer_init(&body, CHAT_BODY_MAX);
    chat_body_write_again(fields, &body);
    exchange_answer(exchange, STATUS_OK, ANSWER_JSON, &body);
    buffer_clear(&body);
}

static void answer_again(
    struct exchange *exchange, const struct redis_reply *fields, bool waits) {
    struct accepted accepted = {
        .job_id = job_field(fields, "id"),
        .status = job_field(fields, "status"),
        .version = job_field(fields, "version")};
    count(exchange, "replayed");
    server_add_header(exchange->request, "X-Agent-Idempotency", "replayed");
    if (waits && slice_equals(accepted.status, "completed")) {
        tell_answer(exchange, fields);
    } else {
        accepted_answer(exchange, &accepted);
    }
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
