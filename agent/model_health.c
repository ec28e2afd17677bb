/* SPDX-License-Identifier: MIT */
#include "agent/model_health.h"

#include <stddef.h>

#include "base/text.h"
#include "base/units.h"

/* Calls that fail while the model comes up
 * again are no news to a check that is older. */
static const uint64_t settled_ns = 2 * NS_PER_S;

static bool is_unwell(enum outcome outcome) {
    switch (outcome) {
    case OUTCOME_OVERLOADED:
    case OUTCOME_MODEL_ERROR:
    case OUTCOME_MODEL_AUTH:
    case OUTCOME_MODEL_PROTOCOL:
    case OUTCOME_UNREACHABLE:
    case OUTCOME_TIMEOUT: return true;
    case OUTCOME_SUCCESS:
    case OUTCOME_TRUNCATED:
    case OUTCOME_REFUSED:
    case OUTCOME_TOOL_LIMIT:
    case OUTCOME_RATE_LIMITED:
    case OUTCOME_CIRCUIT_OPEN:
    case OUTCOME_EXPIRED:
    case OUTCOME_DEAD:
    case OUTCOME_COUNT: break;
    }
    return false;
}

void model_health_on_call(
    struct model_health *health, enum outcome outcome, const char *why,
    uint64_t now_ns) {
    if (!outcome_failed(outcome)) {
        *health = (struct model_health){0};
    } else if (is_unwell(outcome)) {
        health->failures++;
        health->failed_ns = now_ns;
        text_copy_cut(health->why, sizeof health->why, why);
    }
}

void model_health_on_check(
    struct model_health *health, const char *why, uint64_t now_ns) {
    health->check_failed = why != NULL;
    if (why) {
        text_copy_cut(health->why, sizeof health->why, why);
    } else if (now_ns - health->failed_ns >= settled_ns) {
        health->failures = 0;
    }
}

bool model_health_usable(const struct model_health *health) {
    return !health->check_failed && health->failures < MODEL_HEALTH_FAILURES;
}
