/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"
#include "agent/answer.h"
#include "agent/build_info.h"
#include "agent/exchange.h"
#include "agent/health_checks.h"
#include "agent/http_status.h"
#include "agent/registry.h"
#include "agent/routes.h"
#include "agent/self.h"
#include "agent/service.h"
#include "base/json_writer.h"

enum {
    PAGE_MAX = 2 * 1024 * 1024,
};

static void answer_checks(
    struct exchange *exchange, const struct health_checks *checks, unsigned status,
    const char *word) {
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_field_string(&json, "status", word);
    json_field_string(&json, "version", exchange->service->agent->version);
    json_key(&json, "checks");
    json_object_begin(&json);
    for (size_t i = 0; i < HEALTH_CHECK_COUNT; i++) {
        json_field_string(&json, checks->of[i].name, checks->of[i].words);
    }
    json_object_end(&json);
    json_object_end(&json);
    exchange_answer(exchange, status, ANSWER_JSON, &body);
    buffer_clear(&body);
}

/* Without Redis chats go on; without its model,
 * or while it drains, the agent is no use. */
void route_health(struct exchange *exchange) {
    const struct agent *agent = exchange->service->agent;
    struct health_checks checks;
    health_checks_look(&checks, exchange->service);
    if (agent->draining) {
        answer_checks(exchange, &checks, STATUS_UNAVAILABLE, "draining");
    } else if (!checks.of[HEALTH_CHECK_MODEL].is_good) {
        answer_checks(exchange, &checks, STATUS_UNAVAILABLE, "unavailable");
    } else {
        answer_checks(
            exchange, &checks, STATUS_OK,
            health_checks_good(&checks) ? "healthy" : "degraded");
    }
}

/* What a dependency does is no reason to be taken out by every balancer at once: only a
 * drain is. */
void route_ready(struct exchange *exchange) {
    const struct agent *agent = exchange->service->agent;
    struct health_checks checks;
    health_checks_look(&checks, exchange->service);
    if (agent->draining) {
        answer_checks(exchange, &checks, STATUS_UNAVAILABLE, "draining");
    } else {
        answer_checks(
            exchange, &checks, STATUS_OK,
            health_checks_good(&checks) ? "ready" : "degraded");
    }
}

/* That this is answered at all is the whole point. */
void route_live(struct exchange *exchange) {
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_field_string(&json, "status", "alive");
    json_field_string(&json, "version", exchange->service->agent->version);
    json_object_end(&json);
    exchange_answer(exchange, STATUS_OK, ANSWER_JSON, &body);
    buffer_clear(&body);
}

void route_metrics(struct exchange *exchange) {
    struct agent *agent = exchange->service->agent;
    struct health_checks checks;
    health_checks_look(&checks, exchange->service);
    for (size_t i = 0; i < HEALTH_CHECK_COUNT; i++) {
        const struct health_check *check = &checks.of[i];
        if (!check->is_used) continue;
        registry_set(
            agent->registry, FAMILY_READY, check->name, NULL, check->is_good ? 1 : 0);
    }
    registry_set(
        agent->registry, FAMILY_READY, "not_draining", NULL, agent->draining ? 0 : 1);
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    build_info_write(&agent->build, &body);
    registry_write(agent->registry, "", &body);
    registry_write(exchange->service->totals, "workers_", &body);
    self_write(&body);
    exchange_answer(exchange, STATUS_OK, ANSWER_METRICS, &body);
    buffer_clear(&body);
}

void route_errors(struct exchange *exchange) {
    struct agent *agent = exchange->service->agent;
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    error_log_write(&agent->errors, agent->version, &body);
    exchange_answer(exchange, STATUS_OK, ANSWER_JSON, &body);
    buffer_clear(&body);
}
