/* SPDX-License-Identifier: MIT */
#include "agent/model_account.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "io/http.h"

enum { PAGE_MAX = 64 * 1024 };

static void expect_limits(
    const struct http_header *headers, size_t count, const char *const *lines) {
    struct model_account account = {.registry = registry_new(), .model = "m"};
    const struct http_reply reply = {.headers = headers, .header_count = count};
    struct buffer page;
    buffer_init(&page, PAGE_MAX);
    model_account_limits(&account, &reply);
    registry_write(account.registry, "", &page);
    for (; *lines; lines++) {
        assert_non_null(strstr(buffer_string(&page), *lines));
    }
    buffer_clear(&page);
    registry_free(account.registry);
}

static void model_account_shows_what_the_messages_api_leaves(void **state) {
    (void)state;
    static const struct http_header headers[] = {
        {"anthropic-ratelimit-requests-limit", "4000"},
        {"anthropic-ratelimit-requests-remaining", "3999"},
        {"anthropic-ratelimit-output-tokens-remaining", "7"},
        {"anthropic-ratelimit-tokens-remaining", "soon"},
    };
    static const char *const lines[] = {
        "llm_ratelimit_limit{kind=\"requests\"} 4000\n",
        "llm_ratelimit_remaining{kind=\"requests\"} 3999\n",
        "llm_ratelimit_remaining{kind=\"output-tokens\"} 7\n", NULL};
    expect_limits(headers, sizeof headers / sizeof *headers, lines);
}

static void model_account_shows_what_chat_completions_leave(void **state) {
    (void)state;
    static const struct http_header headers[] = {
        {"x-ratelimit-limit-tokens", "150000"},
        {"x-ratelimit-remaining-tokens", "149984"},
        {"x-ratelimit-remaining-requests", "59"},
    };
    static const char *const lines[] = {
        "llm_ratelimit_limit{kind=\"tokens\"} 150000\n",
        "llm_ratelimit_remaining{kind=\"tokens\"} 149984\n",
        "llm_ratelimit_remaining{kind=\"requests\"} 59\n", NULL};
    expect_limits(headers, sizeof headers / sizeof *headers, lines);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model_account_shows_what_the_messages_api_leaves),
        cmocka_unit_test(model_account_shows_what_chat_completions_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
