/* What every part of one agent process shares. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/build_info.h"
#include "agent/circuit.h"
#include "agent/error_log.h"
#include "agent/json_log.h"
#include "agent/prices.h"
#include "agent/wire.h"
#include "base/error.h"
#include "core/retry.h"

struct loop;
struct redis;
struct redactor;
struct response_cache;
struct registry;
struct model_client;
struct model_guard;
struct search;
struct storage;

enum { AGENT_NAME_SIZE = 64, AGENT_VERSION_SIZE = 24 };

struct agent_options {
    const char *program; /* "serve" or "worker" */
    const char *version;
    const char *redis_url; /* NULL: without history and queue */
    enum wire_kind wire;
    const char *model_url;
    const char *model;
    const char *api_key; /* NULL for none */
    const struct prices *prices;
    bool is_patient;                       /* as in model_guard.h */
    uint64_t model_timeout_ns;             /* of one attempt; 0 for the default */
    struct retry_policy retry;             /* all zeros for the default */
    const char *search_url, *search_hosts; /* as in search_endpoint.h; NULL for none */
    const char *store_path;                /* NULL for none */
    uint64_t cache_ttl_ns; /* of answers that are given again; 0: there are none */
    enum log_level log_level;
};

struct agent {
    struct loop *loop;   /* borrowed */
    const char *version; /* borrowed */
    struct redis *redis; /* NULL without one */
    struct registry *registry;
    struct circuit circuits[CIRCUIT_COUNT]; /* by enum circuit_id */
    struct model_guard *guard;
    struct model_client *model;
    struct search *search;        /* NULL: the built-in articles */
    struct storage *store;        /* NULL without one */
    struct response_cache *cache; /* NULL without one */
    struct redactor *redactor;
    struct build_info build;
    struct json_log log;
    struct error_log errors;
    bool draining;
};

struct agent *agent_new(
    struct loop *loop, const struct agent_options *options, struct error *err);
void agent_free(struct agent *agent);

/* Whether Redis can be asked now. */
bool agent_has_redis(const struct agent *agent);

/* Into the ring of errors, the metrics and the log. */
void agent_note_error(
    struct agent *agent, const char *kind, const char *route, const char *request_id,
    const char *message);
