/* SPDX-License-Identifier: MIT */
#include "agent/declare.h"

#include <stddef.h>

#include "agent/messages.h"
#include "agent/outcome.h"
#include "agent/registry.h"
#include "agent/tools.h"

static void declare_model(struct registry *registry, const char *model) {
    static const char *const tokens[] = {
        "input", "output", "cache_read", "cache_write", "thinking"};
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        registry_count(registry, FAMILY_TOKENS, model, tokens[i], 0);
    }
    for (int i = 0; i < STOP_COUNT; i++) {
        const char *reason = model_stop_name((enum model_stop)i);
        registry_count(registry, FAMILY_STOPS, model, reason, 0);
    }
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        const char *name = outcome_name((enum outcome)i);
        if (outcome_failed((enum outcome)i)) {
            registry_count(registry, FAMILY_ERRORS, name, NULL, 0);
        }
    }
}

/* How a call to the model may end. */
static void declare_calls(struct registry *registry, const char *model) {
    static const enum outcome failures[] = {
        OUTCOME_OVERLOADED, OUTCOME_RATE_LIMITED,   OUTCOME_MODEL_ERROR,
        OUTCOME_MODEL_AUTH, OUTCOME_MODEL_PROTOCOL, OUTCOME_UNREACHABLE,
        OUTCOME_TIMEOUT,
    };
    registry_count(
        registry, FAMILY_MODEL_REQUESTS, model, outcome_name(OUTCOME_SUCCESS), 0);
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        const char *name = outcome_name(failures[i]);
        registry_count(registry, FAMILY_MODEL_REQUESTS, model, name, 0);
        registry_count(registry, FAMILY_RETRIES, model, name, 0);
    }
}

void declare_price(struct registry *registry, const char *model, bool is_known) {
    registry_set(registry, FAMILY_PRICE_KNOWN, model, NULL, is_known ? 1 : 0);
    if (is_known) registry_count(registry, FAMILY_COST, model, NULL, 0);
}

void declare_worker(struct registry *registry) {
    registry_count(registry, FAMILY_SHED, "expired", NULL, 0);
}

void declare_work(struct registry *registry, const char *model) {
    static const char *const statuses[] = {"success", "error"};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        registry_count(registry, FAMILY_REQUESTS, statuses[i], NULL, 0);
    }
    registry_set(registry, FAMILY_ACTIVE, NULL, NULL, 0);
    declare_model(registry, model);
    declare_calls(registry, model);
    registry_count(registry, FAMILY_SHED, "rate_limited", NULL, 0);
    for (size_t i = 0; i < tools_count(); i++) {
        for (int status = TOOL_OK; status <= TOOL_TIMED_OUT; status++) {
            registry_count(
                registry, FAMILY_TOOL_CALLS, tools_name(i),
                tool_status_name((enum tool_status)status), 0);
        }
    }
    registry_count(registry, FAMILY_TOOL_CALLS, "unknown", "unknown", 0);
}

void declare_service(struct registry *registry) {
    static const char *const statuses[] = {
        "accepted", "rejected", "cancelled", "replayed"};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        registry_count(registry, FAMILY_REQUESTS, statuses[i], NULL, 0);
    }
    registry_count(registry, FAMILY_QUEUE_ENQUEUED, NULL, NULL, 0);
    static const char *const reasons[] = {
        "too_often", "busy", "circuit_open", "queue_full", "queue_slow"};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        registry_count(registry, FAMILY_SHED, reasons[i], NULL, 0);
    }
}

void declare_store(struct registry *registry) {
    static const char *const series[][2] = {
        {"open", "failed"},   {"record", "ok"},      {"record", "known"},
        {"record", "failed"}, {"record", "dropped"}, {"order", "ok"},
        {"order", "failed"},  {"order", "dropped"},  {"rating", "ok"},
        {"rating", "failed"}, {"rating", "dropped"},
    };
    for (size_t i = 0; i < sizeof series / sizeof series[0]; i++) {
        registry_count(registry, FAMILY_STORE, series[i][0], series[i][1], 0);
    }
}

void declare_feedback(struct registry *registry, const char *version) {
    static const char *const ratings[] = {"1", "2", "3", "4", "5"};
    for (size_t i = 0; i < sizeof ratings / sizeof ratings[0]; i++) {
        registry_count(registry, FAMILY_FEEDBACK, version, ratings[i], 0);
    }
    registry_count(registry, FAMILY_FEEDBACK_SUM, version, NULL, 0);
    registry_count(registry, FAMILY_FEEDBACK_REPLACED, version, NULL, 0);
}
