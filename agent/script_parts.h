/* What the scripts that run in Redis have in common, in Lua. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* How many of the finished are listed, and for how many seconds things are kept. */
#define LUA_LIMITS                                               \
    "local finished_max = 20000\n"                               \
    "local job_kept, answer_kept, history_kept, worker_kept =\n" \
    "  3600, 300, 86400, 15\n"                                   \
    "local promise_kept, call = 86400, redis.call\n"             \
    "local left_kept, leases_past = 60, 10\n"

/* For what is not the job itself: a key that somebody made another kind of is left
 * alone. Any other error, such as a full memory, ends the script as it must. */
#define LUA_TRY                                                              \
    "local function is_odd(reply)\n"                                         \
    "  return type(reply) == 'table' and reply.err and\n"                    \
    "    string.find(reply.err, 'WRONGTYPE', 1, true)\n"                     \
    "end\n"                                                                  \
    "local function try(...)\n"                                              \
    "  local reply = redis.pcall(...)\n"                                     \
    "  if type(reply) == 'table' and reply.err and not is_odd(reply) then\n" \
    "    error(reply)\n"                                                     \
    "  end\n"                                                                \
    "  return reply\n"                                                       \
    "end\n"

/* For what has to go on while the memory of Redis is full:
 * a job that could not end would never make room.
 * Once a script has written something, it may write all the rest. */
#define LUA_ENDURE                         \
    "local function endure(key)\n"         \
    "  call('EXPIRE', key, worker_kept)\n" \
    "end\n"

#define LUA_NOW                                        \
    "local function now()\n"                           \
    "  local t = redis.call('TIME')\n"                 \
    "  return t[1] * 1000 + math.floor(t[2] / 1000)\n" \
    "end\n"                                            \
    "local function text(n) return string.format('%.0f', n) end\n"

/* What every chat goes through at its end: its record, and its place among the finished
 * ones. */
#define LUA_FINISH                                                                \
    "local function finish(key, status, outcome, kept)\n"                         \
    "  call('HSET', key, 'status', status, 'outcome', outcome,\n"                 \
    "    'finished_ms', text(now()))\n"                                           \
    "  if call('HEXISTS', key, 'promise') == 1 then kept = promise_kept end\n"    \
    "  call('EXPIRE', key, kept)\n"                                               \
    "  local names = {'id', 'status', 'outcome', 'version', 'user_hash',\n"       \
    "    'priority', 'mode', 'attempts', 'submitted_ms', 'started_ms',\n"         \
    "    'finished_ms', 'input_tokens', 'output_tokens', 'cost_usd', 'worker'}\n" \
    "  local values = call('HMGET', key, unpack(names))\n"                        \
    "  local entry = {}\n"                                                        \
    "  for i, name in ipairs(names) do\n"                                         \
    "    if values[i] then\n"                                                     \
    "      entry[#entry + 1] = name\n"                                            \
    "      entry[#entry + 1] = values[i]\n"                                       \
    "    end\n"                                                                   \
    "  end\n"                                                                     \
    "  try('XADD', 'jobs:finished', 'MAXLEN', '~', finished_max, '*',\n"          \
    "    unpack(entry))\n"                                                        \
    "end\n"

#define LUA_REMEMBER                              \
    "local function remember(key, turn, kept)\n"  \
    "  if turn == '' then return end\n"           \
    "  if is_odd(try('RPUSH', key, turn)) then\n" \
    "    call('DEL', key)\n"                      \
    "    call('RPUSH', key, turn)\n"              \
    "  end\n"                                     \
    "  call('LTRIM', key, -kept, -1)\n"           \
    "  call('EXPIRE', key, history_kept)\n"       \
    "end\n"
