/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/declare.h"
#include "agent/keep_secrets.h"
#include "agent/model_client.h"
#include "agent/model_guard.h"
#include "agent/registry.h"
#include "agent/response_cache.h"
#include "agent/search.h"
#include "agent/simulator.h"
#include "agent/storage.h"
#include "base/memory.h"
#include "base/redact.h"
#include "base/text.h"
#include "io/loop.h"
#include "io/redis.h"

static bool open_redis(
    struct agent *agent, const struct agent_options *options, struct error *err) {
    if (!options->redis_url) return true;
    char name[AGENT_NAME_SIZE];
    struct text text = TEXT_IN(name);
    text_addf(&text, "agent-%s-%s", options->program, options->version);
    struct redis_options redis = {
        .url = options->redis_url, .client_name = name, .authority = REDIS_MAY_ACT};
    agent->redis = redis_new(agent->loop, &redis, err);
    return agent->redis != NULL;
}

static void open_guard(struct agent *agent, const struct agent_options *options) {
    for (int i = 0; i < CIRCUIT_COUNT; i++) {
        circuit_init(
            &agent->circuits[i], (enum circuit_id)i, agent->loop, agent->registry,
            &agent->log);
    }
    struct model_guard_options guard = {
        .loop = agent->loop,
        .registry = agent->registry,
        .log = &agent->log,
        .redis = agent->redis,
        .circuit = &agent->circuits[CIRCUIT_MODEL],
        .is_patient = options->is_patient};
    agent->guard = model_guard_new(&guard);
}

static bool open_model(
    struct agent *agent, const struct agent_options *options, struct error *err) {
    bool has_policy = options->retry.base_ns > 0;
    struct model_client_options model = {
        .wire = options->wire,
        .url = options->model_url,
        .api_key = options->api_key,
        .model = options->model,
        .version = options->version,
        .prices = options->prices,
        .timeout_ns = options->model_timeout_ns,
        .retry = has_policy ? options->retry : retry_policy_default(),
        .registry = agent->registry,
        .guard = agent->guard};
    agent->model = model_client_new(agent->loop, &model, err);
    return agent->model != NULL;
}

static bool open_search(
    struct agent *agent, const struct agent_options *options, struct error *err) {
    if (!options->search_url) return true;
    agent->search =
        search_new(agent->loop, options->search_url, options->search_hosts, err);
    return agent->search != NULL;
}

static const char *mode_of(const struct agent_options *options) {
    if (strcmp(options->model, SIMULATOR_MODEL) == 0) return "embedded";
    return options->wire == WIRE_MESSAGES ? "anthropic" : "openai";
}

static bool open_store(
    struct agent *agent, const struct agent_options *options, struct error *err) {
    if (!options->store_path) return true;
    struct storage_options store = {
        .path = options->store_path, .registry = agent->registry, .log = &agent->log};
    agent->store = storage_new(agent->loop, &store, err);
    return agent->store != NULL;
}

static bool keep_secrets(
    struct agent *agent, const struct agent_options *options, struct error *err) {
    struct redactor *redactor = agent->redactor;
    return keep_secret(redactor, "the model's key", options->api_key, err) &&
           keep_secret_of_url(
               redactor, "the password of --redis", options->redis_url, err) &&
           keep_secret_of_url(
               redactor, "the password of --model-url", options->model_url, err) &&
           keep_secret_of_url(
               redactor, "the password of --search-url", options->search_url, err);
}

struct agent *agent_new(
    struct loop *loop, const struct agent_options *options, struct error *err) {
    struct agent *agent = memory_new(sizeof *agent);
    agent->loop = loop;
    agent->version = options->version;
    agent->registry = registry_new();
    agent->redactor = redactor_new();
    agent->log = (struct json_log){
        .least = options->log_level,
        .program = options->program,
        .version = options->version,
        .redactor = agent->redactor,
        .descriptor = STDERR_FILENO};
    if (!keep_secrets(agent, options, err)) goto failed;
    if (!open_redis(agent, options, err)) goto failed;
    open_guard(agent, options);
    if (!open_model(agent, options, err) || !open_search(agent, options, err) ||
        !open_store(agent, options, err)) {
        goto failed;
    }
    agent->build = (struct build_info){
        .version = options->version, .model = options->model, .mode = mode_of(options)};
    declare_work(agent->registry, options->model);
    agent->cache = response_cache_new(agent, options->cache_ttl_ns);
    return agent;

failed:
    agent_free(agent);
    return NULL;
}

void agent_free(struct agent *agent) {
    if (!agent) return;
    model_client_free(agent->model);
    response_cache_free(agent->cache);
    search_free(agent->search);
    storage_free(agent->store);
    model_guard_free(agent->guard);
    for (int i = 0; i < CIRCUIT_COUNT; i++) circuit_clear(&agent->circuits[i]);
    redis_free(agent->redis);
    redactor_free(agent->redactor);
    registry_free(agent->registry);
    free(agent);
}

bool agent_has_redis(const struct agent *agent) {
    return agent->redis && redis_connected(agent->redis);
}

void agent_note_error(
    struct agent *agent, const char *kind, const char *route, const char *request_id,
    const char *message) {
    struct error_entry entry = {.wall_ms = loop_wall_ms()};
    text_copy_cut(entry.kind, sizeof entry.kind, kind);
    text_copy_cut(entry.route, sizeof entry.route, route);
    text_copy_cut(entry.request_id, sizeof entry.request_id, request_id);
    struct text text = TEXT_IN(entry.message);
    redact_add(agent->redactor, &text, slice_of(message));
    error_log_add(&agent->errors, &entry);
    registry_count(agent->registry, FAMILY_ERRORS, kind, NULL, 1);
    json_log_write(
        &agent->log, LOG_ERROR, request_id, "%s on %s: %s", kind, route, message);
}
