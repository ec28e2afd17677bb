/* SPDX-License-Identifier: MIT */
#include "agent/promise_scripts.h"

#include "agent/promise_parts.h"
#include "agent/script_parts.h"

const char promise_script_claim[] = LUA_LIMITS LUA_NOW LUA_TRY LUA_PROMISE
    "local was = promised(KEYS[1], ARGV[1])\n"
    "if was then return was end\n"
    "redis.call('HSET', KEYS[2], 'status', 'running', 'mode', 'sync',\n"
    "  'submitted_ms', text(now()), unpack(ARGV, 4))\n"
    "promise(KEYS[1], ARGV[1], KEYS[2], ARGV[2])\n"
    "redis.call('PEXPIRE', KEYS[2], ARGV[3])\n"
    "return {'new', 0}\n";

/* A record that was on its way when the client
 * left stays: it answers the next attempt. */
const char promise_script_release[] =
    LUA_TRY "if try('HGET', KEYS[1], 'job') ~= ARGV[1] then return 'kept' end\n"
            "if try('HGET', KEYS[2], 'status') ~= 'running' then return 'kept' end\n"
            "redis.call('DEL', KEYS[1], KEYS[2])\n"
            "return 'released'\n";
