/* What the scripts that look at idempotency keys have in common, in Lua. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* A client's Idempotency-Key: what an earlier request with it has become, as {"same",
 * 0, fields} or {"other", 0}; nothing when there was none, or when it failed. */
#define LUA_PROMISE                                                             \
    "local function promised(key, body)\n"                                      \
    "  if not key then return end\n"                                            \
    "  local was = try('HMGET', key, 'job', 'body')\n"                          \
    "  if is_odd(was) then redis.call('DEL', key) return end\n"                 \
    "  if not was[1] then return end\n"                                         \
    "  if was[2] ~= body then return {'other', 0} end\n"                        \
    "  local status = try('HGET', 'job:' .. was[1], 'status')\n"                \
    "  if not status or is_odd(status) or status == 'failed' then return end\n" \
    "  return {'same', 0, redis.call('HGETALL', 'job:' .. was[1])}\n"           \
    "end\n"                                                                     \
    "local function promise(key, body, job, id)\n"                              \
    "  if not key then return end\n"                                            \
    "  redis.call('HSET', key, 'job', id, 'body', body)\n"                      \
    "  redis.call('EXPIRE', key, promise_kept)\n"                               \
    "  redis.call('HSET', job, 'promise', key)\n"                               \
    "end\n"
