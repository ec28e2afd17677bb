/* SPDX-License-Identifier: MIT */
#include "core/router_unit.h"

#include <string.h>

#include "base/sha256.h"
#include "core/harm_metric.h"

enum { US_PER_MS = 1000 };

bool router_unit_counts(const struct router_line *line) {
    return line->kind == ROUTER_LINE_REQUEST && line->is_chat &&
           !line->is_contradictory && line->excluded != ROUTER_LINE_LIMITED;
}

/* An open one is judged by how it ends: whose it is has to be known, or looking at it
 * twice would be two requests. */
static uint64_t user_of(const struct router_line *line) {
    if (line->has_user) return line->user != 0 ? line->user : 1;
    if (!router_line_is_open(line) || !line->job[0]) return 0;
    uint8_t digest[SHA256_SIZE];
    uint64_t hash = 0;
    struct sha256 sha;
    sha256_init(&sha);
    sha256_add(&sha, line->job, strlen(line->job));
    sha256_end(&sha, digest);
    memcpy(&hash, digest, sizeof hash);
    return hash != 0 ? hash : 1;
}

static uint32_t failures_of(const struct router_line *line) {
    uint32_t failed = 0;
    if (router_line_failed(line)) failed |= HARM_BIT(HARM_ERRORS);
    if (router_line_refused(line)) failed |= HARM_BIT(HARM_REFUSALS);
    if (line->has_tools && line->tools_failed > 0) failed |= HARM_BIT(HARM_TOOLS);
    return failed;
}

/* An open one is told of when it ends. A service that says nothing is no good one. */
static uint32_t told_of(const struct router_line *line) {
    uint32_t told = 0;
    if (router_line_is_open(line)) return told;
    if (line->outcome[0]) told |= HARM_BIT(HARM_REFUSALS);
    if (line->has_tools) told |= HARM_BIT(HARM_TOOLS);
    return told;
}

struct observation router_unit_observe(const struct router_line *line) {
    enum arm arm = line->arm == TRACK_CANARY ? ARM_CANARY : ARM_STABLE;
    return (struct observation){
        .assigned = arm,
        .served = line->is_strayed ? ARM_STABLE : arm,
        /* Without a salt nobody is on the canary. */
        .weight_bp = line->salt > 0 ? line->weight_bp : 0,
        .user = user_of(line),
        .failed = failures_of(line),
        .told = told_of(line),
        .is_running = line->excluded == ROUTER_LINE_CLIENT_LEFT,
        .latency_us = line->total_ms >= 0 ? (uint64_t)line->total_ms * US_PER_MS
                                          : OBSERVATION_UNKNOWN,
        .cost_micro = line->has_cost ? line->cost_micro_usd : OBSERVATION_UNKNOWN,
        .tokens = line->has_tokens ? line->tokens : OBSERVATION_UNKNOWN,
    };
}

void router_unit_end(struct observation *seen, const struct router_unit_end *end) {
    seen->is_running = false;
    seen->failed = 0;
    if (end->failed) seen->failed |= HARM_BIT(HARM_ERRORS);
    if (end->refused) seen->failed |= HARM_BIT(HARM_REFUSALS);
    if (end->tools_failed > 0) seen->failed |= HARM_BIT(HARM_TOOLS);
    seen->told = 0;
    if (end->has_outcome) seen->told |= HARM_BIT(HARM_REFUSALS);
    if (end->has_tools) seen->told |= HARM_BIT(HARM_TOOLS);
    seen->latency_us = end->latency_us;
    seen->cost_micro = end->cost_micro;
    seen->tokens = end->tokens;
}
