/* SPDX-License-Identifier: MIT */
#include "agent/response_cache.h"

#include <stdlib.h>

#include "agent/agent.h"
#include "agent/redis_args.h"
#include "agent/registry.h"
#include "base/memory.h"
#include "base/units.h"

/* Looking must cost less than what it may save. */
static const uint64_t find_timeout_ns = NS_PER_S / 4;
static const uint64_t keep_timeout_ns = NS_PER_S;

struct response_cache {
    struct agent *agent; /* borrowed */
    uint64_t ttl_ms;
};

struct response_cache *response_cache_new(struct agent *agent, uint64_t ttl_ns) {
    if (ttl_ns == 0) return NULL;
    struct response_cache *cache = memory_new(sizeof *cache);
    cache->agent = agent;
    cache->ttl_ms = (ttl_ns + NS_PER_MS - 1) / NS_PER_MS;
    for (enum cache_use use = CACHE_USE_HIT; use < CACHE_USE_COUNT; use++) {
        registry_count(agent->registry, FAMILY_CACHE, cache_use_name(use), NULL, 0);
    }
    return cache;
}

void response_cache_free(struct response_cache *cache) {
    free(cache);
}

uint64_t response_cache_find(
    struct response_cache *cache, const char *key, redis_done_fn done, void *owner) {
    if (!cache || !agent_has_redis(cache->agent)) return 0;
    return redis_ask(
        cache->agent->redis, find_timeout_ns, done, owner, "GET", key, NULL);
}

void response_cache_count(struct response_cache *cache, enum cache_use use) {
    if (!cache) return;
    registry_count(cache->agent->registry, FAMILY_CACHE, cache_use_name(use), NULL, 1);
}

static void ignore(void *owner, const struct redis_result *result) {
    (void)owner;
    (void)result;
}

void response_cache_keep(
    struct response_cache *cache, const char *key, const struct chat_result *result) {
    if (!cache || !agent_has_redis(cache->agent)) return;
    struct buffer text;
    buffer_init(&text, CACHED_ANSWER_MAX);
    cached_answer_write(result, &text);
    if (!text.overflow) {
        struct redis_args args;
        redis_args_init(&args);
        redis_args_add_string(&args, "SET");
        redis_args_add_string(&args, key);
        redis_args_add(&args, buffer_slice(&text));
        redis_args_add_string(&args, "PX");
        redis_args_add_int(&args, (int64_t)cache->ttl_ms);
        redis_command(
            cache->agent->redis, args.items, args.count, keep_timeout_ns, ignore, NULL);
    }
    buffer_clear(&text);
}
