/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"
#include "agent/answer.h"
#include "agent/build_info.h"
#include "agent/exchange.h"
#include "agent/model_client.h"
#include "agent/registry.h"
#include "agent/routes.h"
#include "agent/self.h"
#include "agent/service.h"
#include "agent/storage.h"
#include "base/json_writer.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "io/redis.h"

enum {
    PAGE_MAX = 2 * 1024 * 1024,
    STATUS_OK = 200,
    STATUS_UNAVAILABLE = 503,
    CHECK_SIZE = 200,
};

/* How each thing that the agent needs is: "ok", "off", or what is wrong. */
struct checks {
    char redis[CHECK_SIZE];
    char model[CHECK_SIZE];
    char store[CHECK_SIZE];
    bool redis_is_good, model_is_good, store_is_good;
};

static void check(const struct agent *agent, struct checks *checks) {
    *checks = (struct checks){.redis = "ok", .model = "ok", .store = "ok"};
    bool is_slow = circuit_is_open(&agent->circuits[CIRCUIT_REDIS]);
    checks->redis_is_good = agent_has_redis(agent) && !is_slow;
    const char *why = "";
    checks->model_is_good = model_client_usable(agent->model, &why);
    if (!agent->redis) {
        text_copy_cut(checks->redis, sizeof checks->redis, "off: no history, no queue");
    } else if (agent_has_redis(agent) && is_slow) {
        text_copy_cut(checks->redis, sizeof checks->redis, "slow: no history for now");
    } else if (!checks->redis_is_good) {
        struct text text = TEXT_IN(checks->redis);
        text_add(&text, "down: ");
        safe_text_add(&text, slice_of(redis_last_error(agent->redis)->message));
    }
    const char *trouble = agent->store ? storage_trouble(agent->store) : "";
    checks->store_is_good = trouble[0] == '\0';
    if (!agent->store) {
        text_copy_cut(checks->store, sizeof checks->store, "off: no ratings");
    } else if (!checks->store_is_good) {
        struct text text = TEXT_IN(checks->store);
        text_add(&text, "down: ");
        safe_text_add(&text, slice_of(trouble));
    }
    if (!checks->model_is_good) {
        bool is_open = circuit_is_open(&agent->circuits[CIRCUIT_MODEL]);
        struct text text = TEXT_IN(checks->model);
        text_add(&text, is_open ? "circuit open: " : "down: ");
        safe_text_add(&text, slice_of(why));
    }
}

static void answer_checks(
    struct exchange *exchange, const struct checks *checks, unsigned status,
    const char *word) {
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_field_string(&json, "status", word);
    json_field_string(&json, "version", exchange->service->agent->version);
    json_key(&json, "checks");
    json_object_begin(&json);
    json_field_string(&json, "redis", checks->redis);
    json_field_string(&json, "model", checks->model);
    json_field_string(&json, "store", checks->store);
    json_object_end(&json);
    json_object_end(&json);
    exchange_answer(exchange, status, ANSWER_JSON, &body);
    buffer_clear(&body);
}

/* Without Redis chats go on; without its model, or while it drains, the agent is no use. */
void route_health(struct exchange *exchange) {
    const struct agent *agent = exchange->service->agent;
    struct checks checks;
    check(agent, &checks);
    if (agent->draining) {
        answer_checks(exchange, &checks, STATUS_UNAVAILABLE, "draining");
    } else if (!checks.model_is_good) {
        answer_checks(exchange, &checks, STATUS_UNAVAILABLE, "unavailable");
    } else {
        answer_checks(
            exchange, &checks, STATUS_OK,
            checks.redis_is_good && checks.store_is_good ? "healthy" : "degraded");
    }
}

/* What a dependency does is no reason to be taken out by every balancer at once: only a
 * drain is. */
void route_ready(struct exchange *exchange) {
    const struct agent *agent = exchange->service->agent;
    struct checks checks;
    check(agent, &checks);
    if (agent->draining) {
        answer_checks(exchange, &checks, STATUS_UNAVAILABLE, "draining");
    } else {
        bool is_good =
            checks.redis_is_good && checks.model_is_good && checks.store_is_good;
        answer_checks(exchange, &checks, STATUS_OK, is_good ? "ready" : "degraded");
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
    struct checks checks;
    check(agent, &checks);
    registry_set(
        agent->registry, FAMILY_READY, "redis", NULL, checks.redis_is_good ? 1 : 0);
    registry_set(
        agent->registry, FAMILY_READY, "model", NULL, checks.model_is_good ? 1 : 0);
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
