/* SPDX-License-Identifier: MIT */
#include "agent/job_scripts.h"

/* How many of the finished are listed, and for how many seconds things are kept. */
#define LUA_LIMITS                                               \
    "local finished_max = 20000\n"                               \
    "local job_kept, answer_kept, history_kept, worker_kept =\n" \
    "  3600, 300, 86400, 15\n"                                   \
    "local left_kept, leases_past = 60, 10\n"

/* For what is not the job itself: a key that somebody made another kind of is left alone.
 * Any other error, such as a full memory, ends the script as it must. */
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
    "  redis.call('HSET', key, 'status', status, 'outcome', outcome,\n"           \
    "    'finished_ms', text(now()))\n"                                           \
    "  redis.call('EXPIRE', key, kept)\n"                                         \
    "  local names = {'id', 'status', 'outcome', 'version', 'user_hash',\n"       \
    "    'priority', 'mode', 'attempts', 'submitted_ms', 'started_ms',\n"         \
    "    'finished_ms', 'input_tokens', 'output_tokens', 'cost_usd', 'worker'}\n" \
    "  local values = redis.call('HMGET', key, unpack(names))\n"                  \
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
    "    redis.call('DEL', key)\n"                \
    "    redis.call('RPUSH', key, turn)\n"        \
    "  end\n"                                     \
    "  redis.call('LTRIM', key, -kept, -1)\n"     \
    "  redis.call('EXPIRE', key, history_kept)\n" \
    "end\n"

const char job_script_submit[] =
    LUA_NOW "local waiting = 0\n"
            "for i = 1, 3 do waiting = waiting + redis.call('XLEN', KEYS[i]) end\n"
            "if waiting >= tonumber(ARGV[2]) then return {'full', waiting} end\n"
            "if redis.call('EXISTS', KEYS[4]) == 1 then return {'known', waiting} end\n"
            "local ms = now()\n"
            "redis.call('HSET', KEYS[4], 'status', 'queued', 'mode', 'async',\n"
            "  'submitted_ms', text(ms), 'deadline_ms', text(ms + ARGV[3]),\n"
            "  unpack(ARGV, 5))\n"
            "redis.call('XADD', KEYS[tonumber(ARGV[1])], '*', 'job', ARGV[4])\n"
            "return {'queued', waiting}\n";

const char job_script_take[] = LUA_LIMITS LUA_NOW LUA_TRY LUA_FINISH
    "local group, me, free = ARGV[1], ARGV[2], tonumber(ARGV[3])\n"
    "local taken, last, ms = {}, {}, now()\n"
    "local first = ''\n"
    "local function drop(stream, entry)\n"
    "  redis.call('XACK', KEYS[stream], group, entry)\n"
    "  redis.call('XDEL', KEYS[stream], entry)\n"
    "end\n"
    "local function bury(stream, entry, id, key, deliveries)\n"
    "  try('XADD', KEYS[4], '*', 'job', id, 'deliveries', deliveries)\n"
    "  redis.call('HSET', key, 'error', 'no worker survived it')\n"
    "  try('HINCRBY', KEYS[5], 'dead', 1)\n"
    "  try('HINCRBY', KEYS[5], 'failed', 1)\n"
    "  finish(key, 'failed', 'dead', job_kept)\n"
    "  drop(stream, entry)\n"
    "end\n"
    "local function take(stream, entry, fields, deliveries)\n"
    "  local id = fields[2]\n"
    "  local key = 'job:' .. id\n"
    "  local status = try('HGET', key, 'status')\n"
    "  if status ~= 'queued' and status ~= 'running' then\n"
    "    drop(stream, entry)\n"
    "  elseif deliveries > tonumber(ARGV[5]) then\n"
    "    bury(stream, entry, id, key, deliveries)\n"
    "  else\n"
    "    redis.call('HSET', key, 'status', 'running', 'worker', me,\n"
    "      'attempts', deliveries, 'started_ms', text(ms))\n"
    "    if #taken == 0 then first = id end\n"
    "    taken[#taken + 1] = {stream, entry, deliveries, text(ms),\n"
    "      redis.call('HGETALL', key)}\n"
    "  end\n"
    "end\n"
    "local function recover(stream)\n"
    "  local cursor, steps = '0-0', 0\n"
    "  repeat\n"
    "    local claimed = redis.call('XAUTOCLAIM', KEYS[stream], group, me, ARGV[4],\n"
    "      cursor, 'COUNT', free - #taken)\n"
    "    cursor, steps = claimed[1], steps + 1\n"
    "    for _, entry in ipairs(claimed[2]) do\n"
    "      local pending = redis.call('XPENDING', KEYS[stream], group, entry[1],\n"
    "        entry[1], 1)\n"
    "      try('HINCRBY', KEYS[5], 'reclaimed', 1)\n"
    "      take(stream, entry[1], entry[2], pending[1][4])\n"
    "    end\n"
    "  until cursor == '0-0' or #taken >= free or steps >= 100\n"
    "end\n"
    "local function sweep(stream)\n"
    "  for _, of in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[stream], group)) do\n"
    "    if of[2] ~= me and of[4] == 0 and of[6] > ARGV[4] * leases_past and\n"
    "      redis.call('EXISTS', 'worker:' .. of[2]) == 0 then\n"
    "      redis.call('XGROUP', 'DELCONSUMER', KEYS[stream], group, of[2])\n"
    "    end\n"
    "  end\n"
    "end\n"
    "for stream = 1, 3 do\n"
    "  if ARGV[4] ~= '0' and #taken < free then recover(stream) end\n"
    "  if ARGV[4] ~= '0' then sweep(stream) end\n"
    "end\n"
    "for stream = 1, 3 do\n"
    "  if #taken < free then\n"
    "    local read = redis.call('XREADGROUP', 'GROUP', group, me, 'COUNT',\n"
    "      free - #taken, 'STREAMS', KEYS[stream], '>')\n"
    "    if read then\n"
    "      for _, entry in ipairs(read[1][2]) do\n"
    "        take(stream, entry[1], entry[2], 1)\n"
    "      end\n"
    "    end\n"
    "  end\n"
    "end\n"
    "for stream = 1, 3 do\n"
    "  local info = redis.call('XINFO', 'STREAM', KEYS[stream])\n"
    "  for i = 1, #info, 2 do\n"
    "    if info[i] == 'last-generated-id' then last[stream] = info[i + 1] end\n"
    "  end\n"
    "end\n"
    "if #taken > 0 then\n"
    "  try('HSET', KEYS[6], 'state', 'busy', 'job', first)\n"
    "  redis.call('EXPIRE', KEYS[6], worker_kept)\n"
    "end\n"
    "return {taken, last}\n";

const char job_script_beat[] = LUA_LIMITS LUA_NOW LUA_TRY
    "local lost = {}\n"
    "for i = 8, #ARGV, 2 do\n"
    "  local mine = redis.call('XPENDING', ARGV[i], ARGV[1], ARGV[i + 1],\n"
    "    ARGV[i + 1], 1, ARGV[2])\n"
    "  if #mine == 0 then\n"
    "    lost[#lost + 1] = ARGV[i + 1]\n"
    "  else\n"
    "    redis.call('XCLAIM', ARGV[i], ARGV[1], ARGV[2], 0, ARGV[i + 1], 'JUSTID')\n"
    "  end\n"
    "end\n"
    "try('HSET', KEYS[1], 'pid', ARGV[3], 'version', ARGV[4], 'state',\n"
    "  ARGV[5], 'job', ARGV[6], 'beat_ms', text(now()), 'every_ms', ARGV[7])\n"
    "redis.call('EXPIRE', KEYS[1], worker_kept)\n"
    "return lost\n";

/* A consumer that still has jobs must stay: they would be lost with it. */
const char job_script_leave[] = LUA_LIMITS LUA_TRY
    "local kept = 0\n"
    "for i = 1, 3 do\n"
    "  kept = kept + #redis.pcall('XPENDING', KEYS[i], ARGV[1], '-', '+', 1, ARGV[2])\n"
    "end\n"
    "if kept > 0 then\n"
    "  try('HSET', KEYS[4], 'state', 'left', 'job', '')\n"
    "  redis.call('EXPIRE', KEYS[4], left_kept)\n"
    "  return 'left'\n"
    "end\n"
    "for i = 1, 3 do\n"
    "  redis.pcall('XGROUP', 'DELCONSUMER', KEYS[i], ARGV[1], ARGV[2])\n"
    "end\n"
    "redis.call('DEL', KEYS[4])\n"
    "return 'gone'\n";

const char job_script_complete[] = LUA_LIMITS LUA_NOW LUA_TRY LUA_FINISH LUA_REMEMBER
    "local mine = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1,\n"
    "  ARGV[2])\n"
    "try('HSET', KEYS[5], 'state', ARGV[8])\n"
    "redis.call('EXPIRE', KEYS[5], worker_kept)\n"
    "if #mine == 0 then return 'lost' end\n"
    "redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])\n"
    "redis.call('XDEL', KEYS[1], ARGV[3])\n"
    "if redis.call('HEXISTS', KEYS[2], 'finished_ms') == 1 then return 'known' end\n"
    "redis.call('HSET', KEYS[2], unpack(ARGV, 9))\n"
    "finish(KEYS[2], ARGV[4], ARGV[5], job_kept)\n"
    "try('HINCRBY', KEYS[4], ARGV[4], 1)\n"
    "remember(KEYS[3], ARGV[6], ARGV[7])\n"
    "return 'done'\n";

const char job_script_record[] = LUA_LIMITS LUA_NOW LUA_TRY LUA_FINISH LUA_REMEMBER
    "local ms = text(now() - ARGV[5])\n"
    "redis.call('HSET', KEYS[1], 'mode', 'sync', 'submitted_ms', ms,\n"
    "  'started_ms', ms, unpack(ARGV, 6))\n"
    "finish(KEYS[1], ARGV[1], ARGV[2], answer_kept)\n"
    "remember(KEYS[2], ARGV[3], ARGV[4])\n"
    "return 'done'\n";

const char job_script_snapshot[] = LUA_NOW
    "local rows, ms = {}, now()\n"
    "for i = 1, 3 do\n"
    "  local flight, age = 0, 0\n"
    "  local pending = redis.pcall('XPENDING', KEYS[i], ARGV[1])\n"
    "  if not pending.err then flight = pending[1] end\n"
    "  local first = redis.call('XRANGE', KEYS[i], '-', '+', 'COUNT', 1)\n"
    "  if first[1] then age = ms - string.match(first[1][1], '^%d+') end\n"
    "  rows[i] = {redis.call('XLEN', KEYS[i]) - flight, flight, age}\n"
    "end\n"
    "local idle, busy = 0, 0\n"
    "local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])\n"
    "if not consumers.err then\n"
    "  for _, consumer in ipairs(consumers) do\n"
    "    local said = redis.call('HMGET', 'worker:' .. consumer[2], 'state',\n"
    "      'beat_ms', 'every_ms')\n"
    "    local limit = math.max(4 * (said[3] or 15000), 3000)\n"
    "    if said[2] and ms - said[2] > limit then said[1] = 'late' end\n"
    "    if said[1] == 'busy' then busy = busy + 1\n"
    "    elseif said[1] == 'idle' then idle = idle + 1 end\n"
    "  end\n"
    "end\n"
    "rows[4] = {idle, busy}\n"
    "local stats = redis.call('HMGET', KEYS[4], 'completed', 'failed', 'reclaimed',\n"
    "  'dead')\n"
    "for i = 1, 4 do stats[i] = tonumber(stats[i] or 0) end\n"
    "rows[5] = stats\n"
    "return rows\n";
