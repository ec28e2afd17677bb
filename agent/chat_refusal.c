/* SPDX-License-Identifier: MIT */
#include "agent/chat_refusal.h"

#include "agent/agent.h"
#include "agent/http_status.h"
#include "agent/registry.h"
#include "agent/service.h"
#include "io/server.h"

void chat_count_end(const struct exchange *exchange, const char *status) {
    struct registry *registry = exchange->service->agent->registry;
    registry_count(registry, FAMILY_REQUESTS, status, NULL, 1);
    registry_observe(registry, FAMILY_DURATION, status, NULL, exchange_age_s(exchange));
}

static void refuse(
    struct exchange *exchange, const char *outcome,
    const struct exchange_problem *problem) {
    server_add_header(exchange->request, "X-Agent-Outcome", outcome);
    exchange_refuse(exchange, problem);
}

static void count_rejected(const struct exchange *exchange) {
    registry_count(
        exchange->service->agent->registry, FAMILY_REQUESTS, "rejected", NULL, 1);
}

void chat_reject(struct exchange *exchange, const struct error *err) {
    struct exchange_problem problem = {
        .status = err->code == ERROR_LIMIT ? STATUS_TOO_LARGE : STATUS_BAD_REQUEST,
        .code = "invalid_request",
        .message = err->message};
    count_rejected(exchange);
    refuse(exchange, "rejected", &problem);
}

void chat_refuse(struct exchange *exchange, const struct exchange_problem *problem) {
    if (problem->status < STATUS_SERVER_ERROR) {
        count_rejected(exchange);
    } else {
        agent_note_error(
            exchange->service->agent, problem->code, exchange->route, exchange->id,
            problem->message);
        chat_count_end(exchange, "error");
    }
    refuse(exchange, problem->code, problem);
}
