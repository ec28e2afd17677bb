/* SPDX-License-Identifier: MIT */
#include "agent/exchange.h"

#include <stdio.h>
#include <stdlib.h>

#include "agent/agent.h"
#include "agent/answer.h"
#include "agent/http_status.h"
#include "agent/registry.h"
#include "agent/service.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/server.h"
#include "io/server_stream.h"

struct exchange *exchange_new(
    struct service *service, struct server_request *request, const char *route) {
    struct exchange *exchange = memory_new(sizeof *exchange);
    exchange->service = service;
    exchange->request = request;
    exchange->route = route;
    exchange->started_ns = loop_now_ns(service->agent->loop);
    job_new_id(&service->ids, exchange->job_id, loop_wall_ms());
    const char *theirs = server_request_header(request, "X-Request-Id");
    bool is_usable = theirs && chat_request_id_valid(theirs);
    text_copy_cut(
        exchange->id, sizeof exchange->id, is_usable ? theirs : exchange->job_id);
    server_request_set_data(request, exchange);
    return exchange;
}

double exchange_age_s(const struct exchange *exchange) {
    uint64_t now_ns = loop_now_ns(exchange->service->agent->loop);
    return (double)(now_ns - exchange->started_ns) / (double)NS_PER_S;
}

static void count(const struct exchange *exchange, unsigned status) {
    char code[16];
    snprintf(code, sizeof code, "%u", status);
    registry_count(
        exchange->service->agent->registry, FAMILY_HTTP, exchange->route, code, 1);
}

static void free_exchange(struct exchange *exchange) {
    if (exchange->free_data) exchange->free_data(exchange->data);
    free(exchange);
}

void exchange_abandon(struct exchange *exchange) {
    count(exchange, STATUS_CLIENT_GONE);
    free_exchange(exchange);
}

static void add_headers(struct exchange *exchange) {
    server_add_header(
        exchange->request, "X-Agent-Version", exchange->service->agent->version);
    server_add_header(exchange->request, "X-Request-Id", exchange->id);
}

static void prepare(struct exchange *exchange, unsigned status) {
    count(exchange, status);
    server_request_set_data(exchange->request, NULL);
    add_headers(exchange);
}

void exchange_start_stream(struct exchange *exchange, const char *type) {
    add_headers(exchange);
    server_stream_start(exchange->request, STATUS_OK, type);
}

void exchange_end_stream(struct exchange *exchange) {
    count(exchange, STATUS_OK);
    server_request_set_data(exchange->request, NULL);
    server_stream_end(exchange->request);
    free_exchange(exchange);
}

void exchange_answer(
    struct exchange *exchange, unsigned status, const char *type,
    const struct buffer *body) {
    prepare(exchange, status);
    server_answer(exchange->request, status, type, buffer_slice(body));
    free_exchange(exchange);
}

void exchange_refuse(
    struct exchange *exchange, const struct exchange_problem *problem) {
    prepare(exchange, problem->status);
    struct answer_problem answer = {
        .status = problem->status,
        .code = problem->code,
        .message = problem->message,
        .request_id = exchange->id,
        .retry_after_s = problem->retry_after_s};
    answer_problem(exchange->request, &answer);
    free_exchange(exchange);
}
