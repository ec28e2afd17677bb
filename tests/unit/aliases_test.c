/* SPDX-License-Identifier: MIT */
#include "core/aliases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void names_of_many_services_are_understood(void **state) {
    (void)state;
    static const struct {
        const char *name;
        enum meaning meaning;
        enum alias_part part;
    } cases[] = {
        {"agent_requests_total", MEANING_REQUESTS, ALIAS_VALUE},
        {"agent_request_duration_seconds_bucket", MEANING_LATENCY, ALIAS_BUCKET},
        {"agent_request_duration_seconds_count", MEANING_LATENCY, ALIAS_COUNT},
        {"agent_request_duration_seconds_sum", MEANING_LATENCY, ALIAS_SUM},
        {"agent_tokens_used_total", MEANING_TOKENS, ALIAS_VALUE},
        {"agent_cost_dollars_total", MEANING_COST, ALIAS_VALUE},
        {"vllm:e2e_request_latency_seconds_bucket", MEANING_LATENCY, ALIAS_BUCKET},
        {"vllm:num_requests_waiting", MEANING_QUEUE_WAITING, ALIAS_VALUE},
        {"tgi_request_count", MEANING_REQUESTS, ALIAS_VALUE},
        {"tgi_request_duration_count", MEANING_LATENCY, ALIAS_COUNT},
        {"tgi_request_generated_tokens_sum", MEANING_TOKENS, ALIAS_VALUE},
        {"litellm_spend_metric_total", MEANING_COST, ALIAS_VALUE},
        {"llamacpp:requests_processing", MEANING_IN_FLIGHT, ALIAS_VALUE},
        {"gen_ai_server_request_duration_seconds_bucket", MEANING_LATENCY,
         ALIAS_BUCKET},
        {"gen_ai_server_request_duration_bucket", MEANING_LATENCY, ALIAS_BUCKET},
        {"process_start_time_seconds", MEANING_START_TIME, ALIAS_VALUE},
    };
    struct aliases aliases;
    aliases_init(&aliases);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alias_match match = aliases_match(&aliases, slice_of(cases[i].name));
        if (match.count == 0) fail_msg("%s is not known", cases[i].name);
        assert_int_equal(match.rows[0].meaning, cases[i].meaning);
        assert_int_equal(match.part, cases[i].part);
    }
}

static void other_names_mean_nothing(void **state) {
    (void)state;
    static const char *const names[] = {
        "",
        "_bucket",
        "agent_requests",
        "agent_requests_total_bucket",
        "agent_requests_total_count",
        "go_info",
        "python_info",
        "vllm:iteration_tokens_total",
        "agent_request_duration_seconds_created",
        "process_start_time_seconds_sum"};
    struct aliases aliases;
    aliases_init(&aliases);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(aliases_match(&aliases, slice_of(names[i])).count, 0);
    }
}

/* What the row of that name and meaning says to a label's value. */
static bool picks(const char *name, enum meaning meaning, const char *value) {
    struct aliases aliases;
    aliases_init(&aliases);
    struct alias_match match = aliases_match(&aliases, slice_of(name));
    for (size_t i = 0; i < match.count; i++) {
        if (match.rows[i].meaning == meaning) {
            return match.rows[i].picks(slice_of(value));
        }
    }
    fail_msg("%s has no such row", name);
    return false;
}

static void assert_failed(const char *word, bool failed) {
    if (picks("agent_requests_total", MEANING_FAILED, word) != failed) {
        fail_msg("%s", word);
    }
}

static void failures_are_told_by_the_status(void **state) {
    (void)state;
    static const char *const failed[] = {
        "error", "timeout",          "failed",     "model_error", "500",  "5xx",
        "503",   "model_overloaded", "tool_limit", "expired",     "dead", NULL};
    static const char *const others[] = {"success",
                                         "ok",
                                         "200",
                                         "404",
                                         "2xx",
                                         "429",
                                         "client_error",
                                         "abort",
                                         "stop",
                                         "length",
                                         "",
                                         "invalid_request_error",
                                         "rate_limit_error",
                                         "truncated",
                                         "refused",
                                         "rejected",
                                         NULL};
    for (size_t i = 0; failed[i]; i++) assert_failed(failed[i], true);
    for (size_t i = 0; others[i]; i++) assert_failed(others[i], false);
}

static void throttling_is_told_by_the_status(void **state) {
    (void)state;
    const char *name = "llm_requests_total";
    assert_true(picks(name, MEANING_THROTTLED, "429"));
    assert_true(picks(name, MEANING_THROTTLED, "rate_limited"));
    assert_true(picks(name, MEANING_THROTTLED, "overloaded_error"));
    assert_false(picks(name, MEANING_THROTTLED, "error"));
}

static void json_keys_are_understood(void **state) {
    (void)state;
    assert_int_equal(alias_key("queue_depth")->meaning, MEANING_QUEUE_WAITING);
    assert_int_equal(alias_key("latency.p95_ms")->meaning, MEANING_LATENCY);
    assert_float_equal(alias_key("latency.p95_ms")->quantile, 0.95, 0);
    assert_null(alias_key("nothing"));
    assert_null(alias_key(""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_many_services_are_understood),
        cmocka_unit_test(other_names_mean_nothing),
        cmocka_unit_test(failures_are_told_by_the_status),
        cmocka_unit_test(throttling_is_told_by_the_status),
        cmocka_unit_test(json_keys_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
