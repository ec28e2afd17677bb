/* SPDX-License-Identifier: MIT */
#include "agent/declare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/registry.h"

enum { PAGE_MAX = 256 * 1024 };

static void assert_page(const struct registry *registry, const char *line, bool has) {
    struct buffer page;
    buffer_init(&page, PAGE_MAX);
    registry_write(registry, "", &page);
    bool is_there = strstr(buffer_string(&page), line) != NULL;
    if (is_there != has) fail_msg("%s%s", has ? "missing: " : "there: ", line);
    buffer_clear(&page);
}

static void what_may_happen_is_there_as_a_zero(void **state) {
    (void)state;
    static const char *const lines[] = {
        "\nagent_requests_total{status=\"success\"} 0\n",
        "\nagent_requests_total{status=\"rejected\"} 0\n",
        "\nllm_requests_total{model=\"m\",status=\"success\"} 0\n",
        "\nllm_requests_total{model=\"m\",status=\"model_overloaded\"} 0\n",
        "\nllm_retries_total{model=\"m\",reason=\"model_rate_limited\"} 0\n",
        "\nllm_stop_total{model=\"m\",reason=\"refusal\"} 0\n",
        "\nllm_tokens_total{model=\"m\",token_type=\"thinking\"} 0\n",
        "\ntool_calls_total{tool_name=\"calculate\",status=\"timeout\"} 0\n",
        "\nagent_shed_total{reason=\"rate_limited\"} 0\n",
        "\nagent_shed_total{reason=\"queue_full\"} 0\n",
        "\nagent_shed_total{reason=\"expired\"} 0\n",
    };
    struct registry *registry = registry_new();
    declare_work(registry, "m");
    declare_service(registry);
    declare_worker(registry);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_page(registry, lines[i], true);
    }
    registry_free(registry);
}

/* Nothing is not zero: who sees no price must not see that it is free. */
static void only_a_known_price_makes_a_cost(void **state) {
    (void)state;
    struct registry *registry = registry_new();
    declare_price(registry, "m", false);
    assert_page(registry, "\nagent_model_price_known{model=\"m\"} 0\n", true);
    assert_page(registry, "llm_cost_usd_total", false);
    declare_price(registry, "m", true);
    assert_page(registry, "\nagent_model_price_known{model=\"m\"} 1\n", true);
    assert_page(registry, "\nllm_cost_usd_total{model=\"m\"} 0\n", true);
    registry_free(registry);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_happen_is_there_as_a_zero),
        cmocka_unit_test(only_a_known_price_makes_a_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
