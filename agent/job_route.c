/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/answer.h"
#include "agent/chat_body.h"
#include "agent/exchange.h"
#include "agent/http_status.h"
#include "agent/routes.h"
#include "agent/service.h"
#include "base/memory.h"
#include "io/redis.h"
#include "io/server.h"

/* A job that is being looked up. */
struct lookup {
    struct redis *redis; /* borrowed */
    uint64_t ticket;     /* 0 once Redis has answered */
};

static void on_fields(void *owner, const struct redis_result *result);

static void free_lookup(void *data) {
    struct lookup *lookup = data;
    if (lookup->ticket) redis_cancel(lookup->redis, lookup->ticket);
    free(lookup);
}

static void refuse_unknown(struct exchange *exchange) {
    exchange_refuse(
        exchange, &(struct exchange_problem){
                      .status = STATUS_NOT_FOUND,
                      .code = "job_not_found",
                      .message = "there is no such job, or it ended long ago"});
}

static void refuse_without_redis(struct exchange *exchange) {
    exchange_refuse(
        exchange, &(struct exchange_problem){
                      .status = STATUS_UNAVAILABLE,
                      .code = "redis_unavailable",
                      .message = "jobs cannot be looked up while Redis is away",
                      .retry_after_s = 1});
}

void route_job(struct exchange *exchange) {
    struct service *service = exchange->service;
    const char *id = server_request_path(exchange->request) + strlen("/chat/");
    if (!job_id_valid(id)) {
        refuse_unknown(exchange);
    } else if (!agent_has_redis(service->agent)) {
        refuse_without_redis(exchange);
    } else {
        struct lookup *lookup = memory_new(sizeof *lookup);
        lookup->redis = service->agent->redis;
        lookup->ticket = job_queue_read(&service->queue, id, on_fields, exchange);
        exchange->data = lookup;
        exchange->free_data = free_lookup;
    }
}

static void on_fields(void *owner, const struct redis_result *result) {
    struct exchange *exchange = owner;
    struct lookup *lookup = exchange->data;
    lookup->ticket = 0;
    if (!result->reply || result->reply->kind != REDIS_LIST) {
        refuse_without_redis(exchange);
    } else if (result->reply->count == 0) {
        refuse_unknown(exchange);
    } else {
        struct buffer body;
        buffer_init(&body, CHAT_BODY_MAX);
        chat_body_write_job(result->reply, &body);
        exchange_answer(exchange, STATUS_OK, ANSWER_JSON, &body);
        buffer_clear(&body);
    }
}
