/* Every family of numbers that the agent tells: name, kind, labels, help. */
/* SPDX-License-Identifier: MIT */
#pragma once

enum family_kind { FAMILY_COUNTER, FAMILY_GAUGE, FAMILY_HISTOGRAM };

/* clang-format off */
/*    id                         name                                kind              labels              help */
#define FAMILIES(X) \
    X(FAMILY_REQUESTS,           "agent_requests_total",             FAMILY_COUNTER,   "status",           "Chat requests by how they ended."), \
    X(FAMILY_ERRORS,             "agent_errors_total",               FAMILY_COUNTER,   "error_type",       "Chat requests that failed."), \
    X(FAMILY_DURATION,           "agent_request_duration_seconds",   FAMILY_HISTOGRAM, "status",           "Time from a chat request to its end."), \
    X(FAMILY_ACTIVE,             "agent_requests_active",            FAMILY_GAUGE,     "",                 "Chat requests being worked on."), \
    X(FAMILY_HTTP,               "agent_http_requests_total",        FAMILY_COUNTER,   "route,code",       "HTTP requests by route and status code."), \
    X(FAMILY_SHED,               "agent_shed_total",                 FAMILY_COUNTER,   "reason",           "Requests turned away or put off to stay healthy."), \
    X(FAMILY_READY,              "agent_ready",                      FAMILY_GAUGE,     "check",            "Whether each dependency is usable."), \
    X(FAMILY_MODEL_REQUESTS,     "llm_requests_total",               FAMILY_COUNTER,   "model,status",     "Calls to the model by how they ended."), \
    X(FAMILY_MODEL_DURATION,     "llm_request_duration_seconds",     FAMILY_HISTOGRAM, "model",            "Time of one call to the model, retries included."), \
    X(FAMILY_FIRST_TOKEN,        "llm_time_to_first_token_seconds",  FAMILY_HISTOGRAM, "model",            "Time from asking the model to the first piece of a streamed answer."), \
    X(FAMILY_PER_TOKEN,          "llm_time_per_output_token_seconds", FAMILY_HISTOGRAM, "model",           "Time per further token of a streamed answer."), \
    X(FAMILY_TOKENS,             "llm_tokens_total",                 FAMILY_COUNTER,   "model,token_type", "Tokens read and written by the model."), \
    X(FAMILY_COST,               "llm_cost_usd_total",               FAMILY_COUNTER,   "model",            "What the model cost; absent without a known price."), \
    X(FAMILY_PRICE_KNOWN,        "agent_model_price_known",          FAMILY_GAUGE,     "model",            "Whether the price table knows the model."), \
    X(FAMILY_RETRIES,            "llm_retries_total",                FAMILY_COUNTER,   "model,reason",     "Calls to the model that were tried again."), \
    X(FAMILY_STOPS,              "llm_stop_total",                   FAMILY_COUNTER,   "model,reason",     "Why the model stopped writing."), \
    X(FAMILY_LIMIT_REMAINING,    "llm_ratelimit_remaining",          FAMILY_GAUGE,     "kind",             "What the model's rate limit still allows."), \
    X(FAMILY_LIMIT,              "llm_ratelimit_limit",              FAMILY_GAUGE,     "kind",             "The model's rate limit."), \
    X(FAMILY_TOOL_CALLS,         "tool_calls_total",                 FAMILY_COUNTER,   "tool_name,status", "Tool calls by tool and outcome."), \
    X(FAMILY_TOOL_DURATION,      "tool_duration_seconds",            FAMILY_HISTOGRAM, "tool_name",        "Time of one tool call."), \
    X(FAMILY_QUEUE_DEPTH,        "queue_depth",                      FAMILY_GAUGE,     "priority",         "Jobs that wait for a worker."), \
    X(FAMILY_QUEUE_FLIGHT,       "queue_in_flight",                  FAMILY_GAUGE,     "priority",         "Jobs taken and not finished."), \
    X(FAMILY_QUEUE_AGE,          "queue_oldest_age_seconds",         FAMILY_GAUGE,     "priority",         "Age of the oldest unfinished job; 0 without any."), \
    X(FAMILY_QUEUE_WAIT,         "queue_wait_seconds",               FAMILY_HISTOGRAM, "",                 "Time that jobs waited for a worker."), \
    X(FAMILY_QUEUE_ENQUEUED,     "queue_enqueued_total",             FAMILY_COUNTER,   "",                 "Jobs that this process put into the queue."), \
    X(FAMILY_QUEUE_COMPLETED,    "queue_completed_total",            FAMILY_COUNTER,   "status",           "Jobs of this version that ended, by all workers."), \
    X(FAMILY_QUEUE_RECLAIMED,    "queue_reclaimed_total",            FAMILY_COUNTER,   "",                 "Jobs of this version taken over from a silent worker."), \
    X(FAMILY_QUEUE_DEAD,         "queue_dead_total",                 FAMILY_COUNTER,   "",                 "Jobs of this version given up after too many deliveries."), \
    X(FAMILY_WORKERS,            "workers",                          FAMILY_GAUGE,     "state",            "Workers of this version that are alive."), \
    X(FAMILY_CACHE,              "response_cache_requests_total",    FAMILY_COUNTER,   "result",           "Chats by what the cache of answers did for them."), \
    X(FAMILY_STORE,              "store_operations_total",           FAMILY_COUNTER,   "operation,result", "What was asked of the store, and how it went."), \
    X(FAMILY_FEEDBACK,           "agent_feedback_total",             FAMILY_COUNTER,   "version,rating",   "Ratings of answers; one that replaces another counts again."), \
    X(FAMILY_FEEDBACK_SUM,       "agent_feedback_rating_sum_total",  FAMILY_COUNTER,   "version",          "The sum of these ratings."), \
    X(FAMILY_FEEDBACK_REPLACED,  "agent_feedback_replaced_total",    FAMILY_COUNTER,   "version",          "Ratings that replaced an earlier one."), \
    X(FAMILY_BREAKER_STATE,      "circuit_breaker_state",            FAMILY_GAUGE,     "name,state",       "1 for the state that the circuit breaker is in."), \
    X(FAMILY_BREAKER_TRIPS,      "circuit_breaker_trips_total",      FAMILY_COUNTER,   "name",             "How often the circuit breaker opened."), \
    X(FAMILY_BREAKER_FAILURES,   "circuit_breaker_failures_total",   FAMILY_COUNTER,   "name",             "Failures that say that the dependency is unwell."), \
    X(FAMILY_BREAKER_REJECTED,   "circuit_breaker_rejected_total",   FAMILY_COUNTER,   "name",             "Calls that the circuit breaker did not let out."), \
    X(FAMILY_RETRY_BUDGET,       "retry_budget_balance",             FAMILY_GAUGE,     "",                 "Retries of calls to the model that are left."), \
    X(FAMILY_QUESTIONS,          "model_questions_total",            FAMILY_COUNTER,   "path",             "Questions to the local model."), \
    X(FAMILY_LOOP_DELAY,         "agent_loop_delay_seconds",         FAMILY_GAUGE,     "",                 "How late the last timer of the event loop was.")
/* clang-format on */

enum family {
#define X(id, name, kind, labels, help) id
    FAMILIES(X),
#undef X
    FAMILY_COUNT
};
