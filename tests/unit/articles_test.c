/* SPDX-License-Identifier: MIT */
#include "agent/articles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/tool_call.h"
#include "base/text.h"

/* The same again and again. */
static void assert_answers(const char *query, const char *title) {
    char output[TOOL_OUTPUT_SIZE];
    char again[TOOL_OUTPUT_SIZE];
    struct text text = TEXT_IN(output);
    struct text second = TEXT_IN(again);
    articles_search(slice_of(query), &text);
    articles_search(slice_of(query), &second);
    assert_false(text.truncated);
    assert_memory_equal(output, "From the built-in articles:\n", 28);
    if (!strstr(output, title)) fail_msg("%s: %s", query, output);
    assert_string_equal(output, again);
}

static void articles_answer_what_customers_ask(void **state) {
    (void)state;
    static const struct {
        const char *query, *title;
    } cases[] = {
        {"Do you ship to Norway?", "1. Shipping to Norway."},
        {"My parcel is damaged, what now?", "1. Damaged parcels."},
        {"How long does a refund take?", "Refunds to a card."},
        {"circuit breakers", "1. Circuit breaker."},
        {"what does HTTP 529 mean", "1. HTTP status 529."},
        {"rate an answer", "1. Rating an answer."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_answers(cases[i].query, cases[i].title);
    }
}

static void articles_say_when_they_say_nothing(void **state) {
    (void)state;
    char output[TOOL_OUTPUT_SIZE];
    struct text text = TEXT_IN(output);
    articles_search(slice_of("zebra\x1b[31m crossing"), &text);
    assert_memory_equal(output, "Nothing about that", 18);
    assert_null(strchr(output, '\x1b'));
}

static void articles_are_a_few_dozen(void **state) {
    (void)state;
    assert_in_range(articles_count(), 24, 60);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(articles_answer_what_customers_ask),
        cmocka_unit_test(articles_say_when_they_say_nothing),
        cmocka_unit_test(articles_are_a_few_dozen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
