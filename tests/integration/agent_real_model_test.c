/* One short chat with the real model: only where ANTHROPIC_API_KEY is set, for it costs
 * a fraction of a cent. ANTHROPIC_BASE_URL and AGENT_MODEL say where and which. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { SKIPPED = 77, CALLS_SIZE = 160 };

static struct test_stack stack;

static const char *from_environment(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value && value[0] ? value : otherwise;
}

static const char *model_name(void) {
    return from_environment("AGENT_MODEL", "claude-haiku-4-5");
}

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "instant");
    const char *const more[] = {
        "--redis",
        stack.redis.url,
        "--model-url",
        from_environment("ANTHROPIC_BASE_URL", "https://api.anthropic.com"),
        "--model",
        model_name(),
        "--api-key-env",
        "ANTHROPIC_API_KEY",
        NULL};
    test_stack_serve(&stack, 0, "v1", more);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static void the_real_model_answers(void **state) {
    (void)state;
    char calls[CALLS_SIZE];
    struct test_reply reply;
    test_client_post(
        &stack.client, test_stack_url(&stack, 0, "/chat"),
        "{\"user_id\":\"test\",\"message\":\"Reply with the one word: yes\"}", &reply);
    if (reply.status != 200) {
        print_error("%u: %s\n", reply.status, buffer_string(&reply.body));
    }
    assert_int_equal(reply.status, 200);
    assert_true(strlen(test_reply_text(&reply, "$.response")) > 0);
    assert_true(test_reply_number(&reply, "$.usage.input_tokens") > 0);
    assert_true(test_reply_number(&reply, "$.usage.output_tokens") > 0);
    test_reply_clear(&reply);
    snprintf(
        calls, sizeof calls, "llm_requests_total{model=\"%s\",status=\"success\"}",
        model_name());
    assert_true(test_stack_metric(&stack, 0, calls) >= 1);
}

int main(void) {
    if (!from_environment("ANTHROPIC_API_KEY", NULL)) {
        printf("skipped: ANTHROPIC_API_KEY is not set\n");
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_real_model_answers)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
