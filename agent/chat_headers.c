/* SPDX-License-Identifier: MIT */
#include "agent/chat_headers.h"

#include <inttypes.h>
#include <stdio.h>

#include "agent/chat.h"
#include "agent/http_status.h"
#include "base/units.h"
#include "io/server.h"

enum { RETRY_AFTER_S = 1, NUMBER_SIZE = 32 };

static void add_number(
    struct server_request *request, const char *name, uint64_t number) {
    char digits[NUMBER_SIZE];
    snprintf(digits, sizeof digits, "%" PRIu64, number);
    server_add_header(request, name, digits);
}

void chat_headers_add(
    struct server_request *request, const struct chat_result *result,
    const char *job_id) {
    server_add_header(request, "X-Agent-Outcome", outcome_name(result->outcome));
    server_add_header(request, "X-Job-Id", job_id);
    add_number(request, "X-Agent-Input-Tokens", result->usage.input);
    add_number(request, "X-Agent-Output-Tokens", result->usage.output);
    add_number(request, "X-Agent-Tools-Failed", result->tools_failed);
    if (result->cache != CACHE_USE_NONE) {
        server_add_header(request, "X-Agent-Cache", cache_use_name(result->cache));
    }
    if (result->cost_known) {
        char cost[NUMBER_SIZE];
        snprintf(cost, sizeof cost, "%.6f", result->cost_usd);
        server_add_header(request, "X-Agent-Cost-Usd", cost);
    }
    if (outcome_status(result->outcome) == STATUS_UNAVAILABLE) {
        uint64_t wait_s = (result->retry_after_ns + NS_PER_S - 1) / NS_PER_S;
        add_number(request, "Retry-After", wait_s > 0 ? wait_s : RETRY_AFTER_S);
    }
}

void chat_headers_add_streaming(struct server_request *request, const char *job_id) {
    server_add_header(request, "X-Agent-Outcome", "streaming");
    server_add_header(request, "X-Job-Id", job_id);
}
