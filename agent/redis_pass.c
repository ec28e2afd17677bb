/* SPDX-License-Identifier: MIT */
#include "agent/redis_pass.h"

#include "agent/agent.h"
#include "io/redis.h"

bool redis_pass_begin(struct redis_pass *pass, struct agent *agent) {
    pass->is_out = agent_has_redis(agent) &&
                   circuit_allows(&agent->circuits[CIRCUIT_REDIS], &pass->call);
    return pass->is_out;
}

/* A Redis that refuses a command is there and quick. */
static enum breaker_end end_of(const struct redis_result *result) {
    if (!result) return BREAKER_NEUTRAL;
    return result->reply ? BREAKER_SUCCESS : BREAKER_FAILURE;
}

void redis_pass_end(
    struct redis_pass *pass, struct agent *agent, const struct redis_result *result) {
    if (!pass->is_out) return;
    pass->is_out = false;
    circuit_on_end(
        &agent->circuits[CIRCUIT_REDIS], &pass->call, end_of(result),
        result ? result->error.message : "");
}
