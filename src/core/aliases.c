/* SPDX-License-Identifier: MIT */
#include "core/aliases.h"

#include <math.h>
#include <string.h>

#include "base/panic.h"

enum { RANKS = 4 };

static bool is_one_of(struct slice value, const char *const *words) {
    for (; *words; words++) {
        if (slice_equals(value, *words)) return true;
    }
    return false;
}

static bool contains_one_of(struct slice value, const char *const *words) {
    for (; *words; words++) {
        if (value.length > 0 &&
            memmem(value.data, value.length, *words, strlen(*words))) {
            return true;
        }
    }
    return false;
}

/* 429 and what services call it. */
static bool picks_throttled(struct slice value) {
    static const char *const words[] = {"429",        "529",       "rate_limit",
                                        "ratelimit",  "RateLimit", "throttle",
                                        "overloaded", NULL};
    return contains_one_of(value, words);
}

/* A status that is no fault of the caller's: 5xx, or a word that says so. What a client
 * did wrong, what was throttled and what is not known is none. */
static bool picks_failed(struct slice value) {
    static const char *const words[] = {"err",     "fail",  "timeout",     "timed_out",
                                        "except",  "crash", "unavailable", "unreach",
                                        "expired", "dead",  "limit",       NULL};
    static const char *const excuses[] = {"client", "invalid", "bad_request", NULL};
    if (value.length == 3 && value.data[0] == '5') return true;
    if (slice_starts_with(value, "model_")) return true; /* whatever it was */
    return contains_one_of(value, words) && !contains_one_of(value, excuses) &&
           !picks_throttled(value);
}

/* Neither done nor failed: queued, refused,
 * left by its caller, answered from memory. */
static bool picks_undecided(struct slice value) {
    static const char *const words[] = {"accept",  "queued",      "reject", "refuse",
                                        "cancel",  "abort",       "replay", "client",
                                        "invalid", "bad_request", "denied", NULL};
    bool is_code = value.length == 3 && value.data[0] >= '0' && value.data[0] <= '9';
    if (picks_failed(value)) return false;
    if (is_code) return value.data[0] == '4' || slice_equals(value, "202");
    return contains_one_of(value, words) || picks_throttled(value);
}

static bool picks_hit(struct slice value) {
    return slice_equals(value, "hit");
}

static bool picks_lookup(struct slice value) {
    static const char *const words[] = {"hit", "miss", NULL};
    return is_one_of(value, words);
}

/* Tokens that are billed as such; cached and thinking tokens are parts of them. */
static bool picks_spent(struct slice value) {
    static const char *const words[] = {"input",      "output", "prompt",
                                        "completion", "total",  NULL};
    return is_one_of(value, words);
}

static bool picks_open(struct slice value) {
    return slice_equals(value, "open");
}

static bool picks_present(struct slice value) {
    return value.length > 0;
}

/* clang-format off */
static const struct alias rows[] = {
    /* The bundled agent and the two sets of the book. */
    {MEANING_REQUESTS,      0, "agent_requests_total", NULL, NULL},
    {MEANING_FAILED,        0, "agent_requests_total", "status", picks_failed},
    {MEANING_UNDECIDED,     0, "agent_requests_total", "status", picks_undecided},
    {MEANING_ERRORS,        0, "agent_errors_total", NULL, NULL},
    {MEANING_LATENCY,       0, "agent_request_duration_seconds", NULL, NULL},
    {MEANING_LATENCY,       1, "agent_response_seconds", NULL, NULL},
    {MEANING_IN_FLIGHT,     0, "agent_requests_active", NULL, NULL},
    {MEANING_MODEL_CALLS,   0, "llm_requests_total", NULL, NULL},
    {MEANING_THROTTLED,     0, "llm_requests_total", "status", picks_throttled},
    {MEANING_UPSTREAM,      0, "llm_request_duration_seconds", NULL, NULL},
    {MEANING_TTFT,          0, "llm_time_to_first_token_seconds", NULL, NULL},
    {MEANING_TOKENS,        0, "llm_tokens_total", "token_type", picks_spent},
    {MEANING_TOKENS,        1, "agent_tokens_used_total", NULL, NULL},
    {MEANING_COST,          0, "llm_cost_usd_total", NULL, NULL},
    {MEANING_COST,          1, "agent_cost_dollars_total", NULL, NULL},
    {MEANING_RETRIES,       0, "llm_retries_total", NULL, NULL},
    {MEANING_RETRIES,       1, "agent_retries_total", NULL, NULL},
    {MEANING_TOOL_CALLS,    0, "tool_calls_total", NULL, NULL},
    {MEANING_TOOL_FAILED,   0, "tool_calls_total", "status", picks_failed},
    {MEANING_BREAKER,       0, "circuit_breaker_state", "state", picks_open},
    {MEANING_BREAKER,       0, "circuit_breaker_state", "circuit_breaker_state", picks_open},
    {MEANING_BREAKER,       1, "agent_circuit_breaker_state", "state", picks_open},
    {MEANING_CACHE_LOOKUPS, 0, "response_cache_requests_total", "result", picks_lookup},
    {MEANING_CACHE_HITS,    0, "response_cache_requests_total", "result", picks_hit},
    {MEANING_QUEUE_WAITING, 0, "queue_depth", NULL, NULL},
    {MEANING_WORKERS,       0, "workers", NULL, NULL},
    {MEANING_VERSION,       0, "agent_build_info", "version", picks_present},
    {MEANING_VERSION,       1, "app_info", "version", picks_present},

    /* vLLM */
    {MEANING_REQUESTS,      2, "vllm:request_success_total", NULL, NULL},
    {MEANING_FAILED,        2, "vllm:request_success_total", "finished_reason", picks_failed},
    {MEANING_UNDECIDED,     2, "vllm:request_success_total", "finished_reason", picks_undecided},
    {MEANING_LATENCY,       2, "vllm:e2e_request_latency_seconds", NULL, NULL},
    {MEANING_UPSTREAM,      2, "vllm:request_inference_time_seconds", NULL, NULL},
    {MEANING_TTFT,          2, "vllm:time_to_first_token_seconds", NULL, NULL},
    {MEANING_TOKENS,        2, "vllm:prompt_tokens_total", NULL, NULL},
    {MEANING_TOKENS,        2, "vllm:generation_tokens_total", NULL, NULL},
    {MEANING_IN_FLIGHT,     2, "vllm:num_requests_running", NULL, NULL},
    {MEANING_QUEUE_WAITING, 2, "vllm:num_requests_waiting", NULL, NULL},
    {MEANING_CACHE_LOOKUPS, 2, "vllm:prefix_cache_queries_total", NULL, NULL},
    {MEANING_CACHE_HITS,    2, "vllm:prefix_cache_hits_total", NULL, NULL},
    {MEANING_RETRIES,       2, "vllm:num_preemptions_total", NULL, NULL},

    /* Text Generation Inference: counters without _total, one that ends in _count */
    {MEANING_REQUESTS,      2, "tgi_request_count", NULL, NULL},
    {MEANING_ERRORS,        2, "tgi_request_failure", NULL, NULL},
    {MEANING_LATENCY,       2, "tgi_request_duration", NULL, NULL},
    {MEANING_UPSTREAM,      2, "tgi_request_inference_duration", NULL, NULL},
    {MEANING_TOKENS,        2, "tgi_request_input_length_sum", NULL, NULL},
    {MEANING_TOKENS,        2, "tgi_request_generated_tokens_sum", NULL, NULL},
    {MEANING_IN_FLIGHT,     2, "tgi_batch_current_size", NULL, NULL},
    {MEANING_QUEUE_WAITING, 2, "tgi_queue_size", NULL, NULL},

    /* LiteLLM */
    {MEANING_REQUESTS,      2, "litellm_proxy_total_requests_metric_total", NULL, NULL},
    {MEANING_FAILED,        2, "litellm_proxy_total_requests_metric_total", "status_code", picks_failed},
    {MEANING_UNDECIDED,     2, "litellm_proxy_total_requests_metric_total", "status_code", picks_undecided},
    {MEANING_ERRORS,        2, "litellm_proxy_failed_requests_metric_total", NULL, NULL},
    {MEANING_THROTTLED,     2, "litellm_proxy_failed_requests_metric_total", "exception_status", picks_throttled},
    {MEANING_LATENCY,       2, "litellm_request_total_latency_metric", NULL, NULL},
    {MEANING_UPSTREAM,      2, "litellm_llm_api_latency_metric", NULL, NULL},
    {MEANING_TTFT,          2, "litellm_llm_api_time_to_first_token_metric", NULL, NULL},
    {MEANING_TOKENS,        2, "litellm_input_tokens_metric_total", NULL, NULL},
    {MEANING_TOKENS,        2, "litellm_output_tokens_metric_total", NULL, NULL},
    {MEANING_COST,          2, "litellm_spend_metric_total", NULL, NULL},
    {MEANING_RETRIES,       2, "litellm_deployment_successful_fallbacks_total", NULL, NULL},
    {MEANING_RETRIES,       2, "litellm_deployment_failed_fallbacks_total", NULL, NULL},
    {MEANING_BREAKER,       2, "litellm_deployment_state", NULL, NULL},

    /* llama.cpp */
    {MEANING_TOKENS,        2, "llamacpp:prompt_tokens_total", NULL, NULL},
    {MEANING_TOKENS,        2, "llamacpp:tokens_predicted_total", NULL, NULL},
    {MEANING_IN_FLIGHT,     2, "llamacpp:requests_processing", NULL, NULL},
    {MEANING_QUEUE_WAITING, 2, "llamacpp:requests_deferred", NULL, NULL},

    /* OpenTelemetry GenAI, with and without the unit in the name */
    {MEANING_LATENCY,       2, "gen_ai_server_request_duration_seconds", NULL, NULL},
    {MEANING_LATENCY,       2, "gen_ai_server_request_duration", NULL, NULL},
    {MEANING_LATENCY,       3, "gen_ai_invoke_agent_duration_seconds", NULL, NULL},
    {MEANING_LATENCY,       3, "gen_ai_invoke_agent_duration", NULL, NULL},
    {MEANING_FAILED,        2, "gen_ai_server_request_duration_seconds_count", "error_type", picks_present},
    {MEANING_FAILED,        2, "gen_ai_server_request_duration_count", "error_type", picks_present},
    {MEANING_UPSTREAM,      2, "gen_ai_client_operation_duration_seconds", NULL, NULL},
    {MEANING_UPSTREAM,      2, "gen_ai_client_operation_duration", NULL, NULL},
    {MEANING_MODEL_CALLS,   2, "gen_ai_client_operation_duration_seconds_count", NULL, NULL},
    {MEANING_MODEL_CALLS,   2, "gen_ai_client_operation_duration_count", NULL, NULL},
    {MEANING_TTFT,          2, "gen_ai_server_time_to_first_token_seconds", NULL, NULL},
    {MEANING_TTFT,          2, "gen_ai_server_time_to_first_token", NULL, NULL},
    {MEANING_TTFT,          3, "gen_ai_client_operation_time_to_first_chunk_seconds", NULL, NULL},
    {MEANING_TTFT,          3, "gen_ai_client_operation_time_to_first_chunk", NULL, NULL},
    {MEANING_TOKENS,        2, "gen_ai_client_token_usage_sum", NULL, NULL},
    {MEANING_TOOL_CALLS,    2, "gen_ai_execute_tool_duration_seconds_count", NULL, NULL},
    {MEANING_TOOL_FAILED,   2, "gen_ai_execute_tool_duration_seconds_count", "error_type", picks_present},

    /* Any HTTP service */
    {MEANING_REQUESTS,      3, "http_requests_total", NULL, NULL},
    {MEANING_FAILED,        3, "http_requests_total", "status", picks_failed},
    {MEANING_UNDECIDED,     3, "http_requests_total", "status", picks_undecided},
    {MEANING_FAILED,        3, "http_requests_total", "code", picks_failed},
    {MEANING_UNDECIDED,     3, "http_requests_total", "code", picks_undecided},
    {MEANING_LATENCY,       3, "http_request_duration_seconds", NULL, NULL},
    {MEANING_CPU_SECONDS,   0, "process_cpu_seconds_total", NULL, NULL},
    {MEANING_MEMORY,        0, "process_resident_memory_bytes", NULL, NULL},
    {MEANING_FDS,           0, "process_open_fds", NULL, NULL},
    {MEANING_FDS_MAX,       0, "process_max_fds", NULL, NULL},
    {MEANING_START_TIME,    0, "process_start_time_seconds", NULL, NULL},
};

static const struct alias_key keys[] = {
    {MEANING_REQUESTS,      "total_requests",      1, 0},
    {MEANING_REQUESTS,      "requests_total",      1, 0},
    {MEANING_REQUESTS,      "request_count",       1, 0},
    {MEANING_REQUESTS,      "requests.total",      1, 0},
    {MEANING_FAILED,        "failed_requests",     1, 0},
    {MEANING_FAILED,        "requests.failed",     1, 0},
    {MEANING_ERRORS,        "errors",              1, 0},
    {MEANING_ERRORS,        "errors_total",        1, 0},
    {MEANING_ERRORS,        "error_count",         1, 0},
    {MEANING_ERRORS,        "total_errors",        1, 0},
    {MEANING_TOKENS,        "total_tokens",        1, 0},
    {MEANING_TOKENS,        "tokens_total",        1, 0},
    {MEANING_COST,          "total_cost",          1, 0},
    {MEANING_COST,          "total_cost_usd",      1, 0},
    {MEANING_COST,          "cost_usd",            1, 0},
    {MEANING_CACHE_HITS,    "cache_hits",          1, 0},
    {MEANING_IN_FLIGHT,     "active_requests",     1, 0},
    {MEANING_IN_FLIGHT,     "requests_active",     1, 0},
    {MEANING_IN_FLIGHT,     "in_flight",           1, 0},
    {MEANING_QUEUE_WAITING, "queue_depth",         1, 0},
    {MEANING_QUEUE_WAITING, "queue_size",          1, 0},
    {MEANING_QUEUE_WAITING, "queue_length",        1, 0},
    {MEANING_QUEUE_WAITING, "queue.depth",         1, 0},
    {MEANING_WORKERS,       "workers",             1, 0},
    {MEANING_WORKERS,       "active_workers",      1, 0},
    {MEANING_WORKERS,       "worker_count",        1, 0},
    {MEANING_RPS,           "requests_per_second", 1, 0},
    {MEANING_RPS,           "rps",                 1, 0},
    {MEANING_ERROR_RATIO,   "error_rate",          1, 0},
    {MEANING_ERROR_RATIO,   "error_ratio",         1, 0},
    {MEANING_LATENCY,       "p50_latency",         1, 0.5},
    {MEANING_LATENCY,       "p95_latency",         1, 0.95},
    {MEANING_LATENCY,       "p99_latency",         1, 0.99},
    {MEANING_LATENCY,       "p50_ms",              1e-3, 0.5},
    {MEANING_LATENCY,       "p95_ms",              1e-3, 0.95},
    {MEANING_LATENCY,       "p99_ms",              1e-3, 0.99},
    {MEANING_LATENCY,       "p50_latency_ms",      1e-3, 0.5},
    {MEANING_LATENCY,       "p95_latency_ms",      1e-3, 0.95},
    {MEANING_LATENCY,       "p99_latency_ms",      1e-3, 0.99},
    {MEANING_LATENCY,       "latency_p50_ms",      1e-3, 0.5},
    {MEANING_LATENCY,       "latency_p95_ms",      1e-3, 0.95},
    {MEANING_LATENCY,       "latency_p99_ms",      1e-3, 0.99},
    {MEANING_LATENCY,       "latency.p50_ms",      1e-3, 0.5},
    {MEANING_LATENCY,       "latency.p95_ms",      1e-3, 0.95},
    {MEANING_LATENCY,       "latency.p99_ms",      1e-3, 0.99},
    {MEANING_LATENCY,       "latency.p50",         1, 0.5},
    {MEANING_LATENCY,       "latency.p95",         1, 0.95},
    {MEANING_LATENCY,       "latency.p99",         1, 0.99},
    {MEANING_MEMORY,        "memory_bytes",        1, 0},
    {MEANING_MEMORY,        "memory_mb",           1048576, 0},
    {MEANING_VERSION,       "version",             1, 0},
};
/* clang-format on */

enum { ROW_COUNT = sizeof rows / sizeof *rows, KEY_COUNT = sizeof keys / sizeof *keys };

_Static_assert(ROW_COUNT * 4 <= ALIAS_SLOTS, "the index is too full");

static uint32_t hash_name(struct slice name) {
    uint32_t hash = 2166136261U; /* FNV-1a */
    for (size_t i = 0; i < name.length; i++) {
        hash = (hash ^ (uint8_t)name.data[i]) * 16777619U;
    }
    return hash;
}

static size_t find_slot(const struct aliases *aliases, struct slice name) {
    size_t slot = hash_name(name) % ALIAS_SLOTS;
    while (aliases->slots[slot] != 0 &&
           !slice_equals(name, rows[aliases->slots[slot] - 1].name)) {
        slot = (slot + 1) % ALIAS_SLOTS;
    }
    return slot;
}

void aliases_init(struct aliases *aliases) {
    *aliases = (struct aliases){0};
    for (size_t i = 0; i < ROW_COUNT; i++) {
        ensure(rows[i].rank < RANKS);
        if (i > 0 && strcmp(rows[i].name, rows[i - 1].name) == 0) continue;
        size_t slot = find_slot(aliases, slice_of(rows[i].name));
        ensure(aliases->slots[slot] == 0);
        aliases->slots[slot] = (uint16_t)(i + 1);
    }
}

static struct alias_match match_name(const struct aliases *aliases, struct slice name) {
    struct alias_match match = {0};
    uint16_t first = aliases->slots[find_slot(aliases, name)];
    if (first == 0) return match;
    match.rows = &rows[first - 1];
    const struct alias *end = rows + ROW_COUNT;
    for (const struct alias *row = match.rows; row < end; row++) {
        if (strcmp(row->name, match.rows->name) != 0) break;
        match.count++;
    }
    return match;
}

struct alias_match aliases_match(const struct aliases *aliases, struct slice name) {
    static const struct {
        const char *suffix;
        enum alias_part part;
    } parts[] = {
        {"_bucket", ALIAS_BUCKET}, {"_count", ALIAS_COUNT}, {"_sum", ALIAS_SUM}};

    /* The whole name first: some counters are called *_count or *_sum. */
    struct alias_match match = match_name(aliases, name);
    for (size_t i = 0; match.count == 0 && i < sizeof parts / sizeof *parts; i++) {
        size_t length = strlen(parts[i].suffix);
        if (name.length <= length) continue;
        struct slice base = {.data = name.data, .length = name.length - length};
        struct slice end = {.data = name.data + base.length, .length = length};
        if (!slice_equals(end, parts[i].suffix)) continue;
        struct alias_match found = match_name(aliases, base);
        if (found.count == 0 ||
            meaning_kind(found.rows->meaning) != MEANING_HISTOGRAM) {
            continue;
        }
        match = found;
        match.part = parts[i].part;
    }
    return match;
}

const struct alias *aliases_rows(size_t *count) {
    *count = ROW_COUNT;
    return rows;
}

const struct alias_key *alias_key(const char *key) {
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (strcmp(keys[i].key, key) == 0) return &keys[i];
    }
    return NULL;
}
