/* Answers in Redis that are given again to the same question for a while. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "agent/cache_use.h"
#include "agent/cached_answer.h"
#include "io/redis.h"

struct agent;
struct response_cache;

/* NULL when `ttl_ns` is 0: there is no cache. Borrows the agent. */
struct response_cache *response_cache_new(struct agent *agent, uint64_t ttl_ns);
void response_cache_free(struct response_cache *cache);

/* Looks for the answer of that key: 0, and no callback,
 * when there is no cache or nobody to ask. */
uint64_t response_cache_find(
    struct response_cache *cache, const char *key, redis_done_fn done, void *owner);

/* Once for each question. */
void response_cache_count(struct response_cache *cache, enum cache_use use);

/* Keeps the answer; nobody waits for it. What is too long is left out. */
void response_cache_keep(
    struct response_cache *cache, const char *key, const struct chat_result *result);
