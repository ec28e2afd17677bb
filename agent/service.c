/* SPDX-License-Identifier: MIT */
#include "agent/service.h"

#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/declare.h"
#include "agent/exchange.h"
#include "agent/http_status.h"
#include "agent/json_log.h"
#include "agent/queue_gauges.h"
#include "agent/registry.h"
#include "agent/routes.h"
#include "agent/worker_counts.h"
#include "base/memory.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/redis.h"
#include "io/server.h"

static const uint64_t pulse_ns = NS_PER_S;
static const uint64_t default_ping_ns = 15 * NS_PER_S;
/* The server's own deadline is only there for what forgets to answer. */
static const uint64_t answer_slack_ns = 10 * NS_PER_S;

enum route_id {
#define X(id, method, path, handler) id
    ROUTES(X),
#undef X
    ROUTE_COUNT
};

static const struct route {
    const char *method;
    const char *path;
    route_fn handler;
} routes[] = {
#define X(id, method, path, handler) \
    { (method), (path), (handler) }
    ROUTES(X)
#undef X
};

static void on_request(void *owner, struct server_request *request);
static void on_gone(void *owner, struct server_request *request);
static void on_starved(void *owner);
static void on_pulse(void *owner, uint64_t now_ns);
static void on_snapshot(void *owner, const struct redis_result *result);
static void on_counts(void *owner, const struct redis_result *result);
static void on_noticed(void *owner, uint64_t now_ns);
static void on_drained(void *owner);

struct service *service_new(
    struct agent *agent, const struct service_options *options, struct error *err) {
    struct service *service = memory_new(sizeof *service);
    service->agent = agent;
    service->options = *options;
    if (service->options.sync_max == 0) service->options.sync_max = SERVICE_SYNC_MAX;
    access_init(&service->access, options->token);
    admission_init(&service->admission, &options->user_rate);
    service->options.token = NULL; /* not ours to keep */
    if (service->options.ping_ns == 0) service->options.ping_ns = default_ping_ns;
    job_queue_init(&service->queue, agent->redis, agent->version);
    if (options->queue_max > 0) service->queue.depth_max = options->queue_max;
    struct server_options server = {
        .address = options->address,
        .port = options->port,
        .complete_timeout_ns = options->complete_timeout_ns,
        .address_max = options->address_max,
        .on_starved = on_starved,
        .answer_timeout_ns = options->chat_timeout_ns + answer_slack_ns};
    service->server =
        server_new(agent->loop, &server, on_request, on_gone, service, err);
    if (!service->server) {
        admission_clear(&service->admission);
        free(service);
        return NULL;
    }
    if (!options->observe_only) declare_service(agent->registry);
    if (!options->observe_only && agent->store) {
        declare_feedback(agent->registry, agent->version);
    }
    service->totals = registry_new();
    service->pulse_due_ns = loop_now_ns(agent->loop) + pulse_ns;
    service->pulse = loop_every(agent->loop, pulse_ns, on_pulse, service);
    return service;
}

void service_free(struct service *service) {
    if (!service) return;
    if (service->snapshot) redis_cancel(service->agent->redis, service->snapshot);
    if (service->counts) redis_cancel(service->agent->redis, service->counts);
    loop_timer_free(service->pulse);
    loop_timer_free(service->notice);
    server_free(service->server);
    registry_free(service->totals);
    admission_clear(&service->admission);
    free(service);
}

uint16_t service_port(const struct service *service) {
    return server_port(service->server);
}

/* A path of the table with "{…}" at its end stands for anything without a slash. */
static bool matches(const char *pattern, const char *path) {
    size_t fixed = strcspn(pattern, "{");
    if (pattern[fixed] == '\0') return strcmp(pattern, path) == 0;
    return strncmp(pattern, path, fixed) == 0 && path[fixed] != '\0' &&
           !strchr(path + fixed, '/');
}

static const struct route *find_route(const struct service *service, const char *path) {
    size_t first = service->options.observe_only ? ROUTE_HEALTH : 0;
    for (size_t i = first; i < ROUTE_COUNT; i++) {
        if (matches(routes[i].path, path)) return &routes[i];
    }
    return NULL;
}

static bool allows(const struct route *route, const char *method) {
    if (strcmp(route->method, method) == 0) return true;
    return strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0;
}

/* Whoever restarts and balances services needs no token. */
static bool is_open(const struct route *route) {
    return route && (route->handler == route_live || route->handler == route_ready);
}

static const struct exchange_problem unauthorized = {
    .status = STATUS_UNAUTHORIZED,
    .code = "unauthorized",
    .message = "this needs the service's bearer token"};
static const struct exchange_problem bad_path = {
    .status = STATUS_BAD_REQUEST,
    .code = "invalid_request",
    .message = "the path holds a NUL"};
static const struct exchange_problem no_route = {
    .status = STATUS_NOT_FOUND,
    .code = "not_found",
    .message = "there is no such route"};
static const struct exchange_problem wrong_method = {
    .status = STATUS_NOT_ALLOWED,
    .code = "method_not_allowed",
    .message = "this route answers to another method"};

/* What speaks against a request; NULL for nothing. */
static const struct exchange_problem *find_problem(
    const struct service *service, struct server_request *request,
    const struct route *route) {
    const char *authorization = server_request_header(request, "Authorization");
    if (!is_open(route) && !access_allows(&service->access, authorization)) {
        server_add_header(request, "WWW-Authenticate", "Bearer");
        return &unauthorized;
    }
    if (strstr(server_request_path(request), "%00")) return &bad_path;
    if (!route) return &no_route;
    if (!allows(route, server_request_method(request))) {
        bool is_get = strcmp(route->method, "GET") == 0;
        server_add_header(request, "Allow", is_get ? "GET, HEAD" : route->method);
        return &wrong_method;
    }
    return NULL;
}

static void on_request(void *owner, struct server_request *request) {
    struct service *service = owner;
    const struct route *route = find_route(service, server_request_path(request));
    struct exchange *exchange =
        exchange_new(service, request, route ? route->path : "other");
    const struct exchange_problem *problem = find_problem(service, request, route);
    if (problem) {
        exchange_refuse(exchange, problem);
    } else {
        route->handler(exchange);
    }
}

static void on_gone(void *owner, struct server_request *request) {
    (void)owner;
    struct exchange *exchange = server_request_data(request);
    if (exchange) exchange_abandon(exchange);
}

static void on_starved(void *owner) {
    const struct service *service = owner;
    json_log_write(
        &service->agent->log, LOG_WARN, NULL,
        "no descriptor is free: whoever connects has to wait");
}

/* Once a second: how late the loop is, and how the queue stands. */
static void on_pulse(void *owner, uint64_t now_ns) {
    struct service *service = owner;
    struct agent *agent = service->agent;
    uint64_t late_ns =
        now_ns > service->pulse_due_ns ? now_ns - service->pulse_due_ns : 0;
    service->pulse_due_ns = now_ns + pulse_ns;
    registry_set(
        agent->registry, FAMILY_LOOP_DELAY, NULL, NULL,
        (double)late_ns / (double)NS_PER_S);
    if (service->snapshot || service->options.observe_only) return;
    if (agent_has_redis(agent)) {
        service->snapshot = job_queue_snapshot(&service->queue, on_snapshot, service);
        if (service->counts) return;
        service->counts = worker_counts_ask(&service->queue, on_counts, service);
    } else {
        queue_gauges_unset(agent->registry);
        admission_on_snapshot(&service->admission, NULL, now_ns);
        worker_counts_read(service->totals, NULL);
    }
}

static void on_snapshot(void *owner, const struct redis_result *result) {
    struct service *service = owner;
    uint64_t now_ns = loop_now_ns(service->agent->loop);
    service->snapshot = 0;
    admission_on_snapshot(&service->admission, result->reply, now_ns);
    redis_refusal_note(&service->not_seen, result->reply, now_ns);
    if (result->reply && queue_gauges_set(service->agent->registry, result->reply)) {
        redis_refusal_end(&service->not_seen);
    } else {
        queue_gauges_unset(service->agent->registry);
    }
}

static void on_counts(void *owner, const struct redis_result *result) {
    struct service *service = owner;
    service->counts = 0;
    worker_counts_read(service->totals, result->reply);
}

void service_start_drain(struct service *service, const struct service_drain *drain) {
    service->agent->draining = true;
    service->on_drained = drain->on_drained;
    service->drained_owner = drain->owner;
    service->drain_limit_ns = drain->limit_ns;
    service->notice =
        loop_after(service->agent->loop, drain->notice_ns, on_noticed, service);
}

static void on_noticed(void *owner, uint64_t now_ns) {
    struct service *service = owner;
    service->notice = NULL;
    (void)now_ns;
    server_drain(service->server, service->drain_limit_ns, on_drained);
}

static void on_drained(void *owner) {
    struct service *service = owner;
    service->on_drained(service->drained_owner);
}
