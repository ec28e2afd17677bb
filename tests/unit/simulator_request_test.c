/* SPDX-License-Identifier: MIT */
#include "agent/simulator_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "agent/messages.h"
#include "agent/simulator.h"
#include "core/document.h"
#include "io/json.h"

/* With these tools on offer, in the Messages API. */
static void ask_with_tools(
    struct simulator *simulator, const char *words, struct simulated_answer *answer) {
    struct buffer body = {.limit = 65536};
    buffer_addf(
        &body,
        "{\"model\":\"m\",\"max_tokens\":500,\"messages\":[{\"role\":\"user\","
        "\"content\":\"%s\"}],\"tools\":[{\"name\":\"search_web\",\"input_schema\":"
        "{\"required\":[\"words\"]}},{\"name\":\"lookup_order\"},{\"name\":"
        "\"other\"}]}",
        words);
    struct simulated_question asked = {
        .format = SPEECH_MESSAGES, .body = buffer_slice(&body), .version = ""};
    simulator_answer(simulator, &asked, answer);
    buffer_clear(&body);
}

static void start(struct simulator *simulator) {
    static const struct latency none = {0};
    simulator_init(simulator, 1, &none);
}

static void simulator_uses_the_tools_that_are_offered(void **state) {
    (void)state;
    static const struct {
        const char *words, *tool, *argument, *value;
    } rows[] = {
        {"Please search for red shoes. Thanks", "search_web", "words", "red shoes"},
        {"Search the web for cheap flights", "search_web", "words", "cheap flights"},
        {"Where is my order A-1001?", "lookup_order", "order_id", "A-1001"},
        {"Where is my order?", NULL, NULL, NULL},
        {"What about A-1001?", NULL, NULL, NULL},
        {"search for ", NULL, NULL, NULL},
        {"Please calculate 17 * 23 + 4", NULL, NULL, NULL},
    };
    struct simulator simulator;
    struct simulated_answer simulated;
    struct model_answer answer;
    start(&simulator);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ask_with_tools(&simulator, rows[i].words, &simulated);
        struct error err = {0};
        assert_true(messages_read(&answer, buffer_slice(&simulated.body), &err));
        assert_int_equal(answer.call_count, rows[i].tool ? 1 : 0);
        if (rows[i].tool) {
            assert_string_equal(answer.calls[0].name, rows[i].tool);
            const struct node *value =
                node_get(answer.calls[0].input, rows[i].argument);
            assert_true(slice_equals(value->string, rows[i].value));
        }
        model_answer_clear(&answer);
        simulated_answer_clear(&simulated);
    }
}

static void ask_completions(
    struct simulator *simulator, const char *more, struct simulated_answer *answer) {
    struct buffer body = {.limit = 65536};
    buffer_addf(&body, "{\"model\":\"m\",%s}", more);
    struct simulated_question asked = {
        .format = SPEECH_COMPLETIONS, .body = buffer_slice(&body), .version = ""};
    simulator_answer(simulator, &asked, answer);
    buffer_clear(&body);
}

static void assert_at(
    const struct simulated_answer *answer, const char *path, const char *value) {
    struct error err = {0};
    const struct node *found = NULL;
    struct document *document = json_parse(buffer_slice(&answer->body), &err);
    assert_non_null(document);
    assert_true(node_find(document_root(document), slice_of(path), &found, &err));
    assert_non_null(found);
    if (!slice_equals(found->string, value)) {
        fail_msg("%s is %.*s", path, (int)found->string.length, found->string.data);
    }
    document_free(document);
}

static void simulator_speaks_chat_completions(void **state) {
    (void)state;
    struct simulator simulator;
    struct simulated_answer answer;
    start(&simulator);
    ask_completions(
        &simulator,
        "\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\","
        "\"content\":\"What is 2 + 2?\"}]",
        &answer);
    assert_int_equal(answer.status, 200);
    assert_at(&answer, "$.object", "chat.completion");
    assert_at(&answer, "$.choices[0].message.content", "2 + 2 is 4.");
    assert_at(&answer, "$.choices[0].finish_reason", "stop");
    assert_at(&answer, "$.usage.completion_tokens", "3");
    simulated_answer_clear(&answer);

    static const char tools[] =
        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"calculate\"}}],";
    char more[1024];
    snprintf(
        more, sizeof more,
        "%s\"messages\":[{\"role\":\"user\",\"content\":\"calculate 2*3\"}]", tools);
    ask_completions(&simulator, more, &answer);
    assert_at(&answer, "$.choices[0].finish_reason", "tool_calls");
    assert_at(
        &answer, "$.choices[0].message.tool_calls[0].function.arguments",
        "{\"expression\":\"2*3\"}");
    simulated_answer_clear(&answer);

    snprintf(
        more, sizeof more,
        "%s\"messages\":[{\"role\":\"user\",\"content\":\"calculate 2*3\"},"
        "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\","
        "\"function\":{\"name\":\"calculate\",\"arguments\":\"{}\"}}]},"
        "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"6\"}]",
        tools);
    ask_completions(&simulator, more, &answer);
    assert_at(&answer, "$.choices[0].message.content", "The result is 6.");
    simulated_answer_clear(&answer);
}

static void simulator_refuses_completions_that_make_no_sense(void **state) {
    (void)state;
    static const char *const bad[] = {
        "\"messages\":[]",
        "\"messages\":[{\"role\":\"system\",\"content\":\"s\"}]",
        "\"messages\":[{\"role\":\"nobody\",\"content\":\"s\"}]",
        "\"messages\":[{\"role\":\"user\",\"content\":\"\"}]",
        "\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"tool\","
        "\"tool_call_id\":\"c\",\"content\":\"6\"}]",
        "\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":"
        "\"assistant\",\"tool_calls\":[{\"id\":\"c\"}]},{\"role\":\"user\","
        "\"content\":\"b\"}]",
    };
    struct simulator simulator;
    struct simulated_answer answer;
    start(&simulator);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ask_completions(&simulator, bad[i], &answer);
        assert_int_equal(answer.status, 400);
        assert_at(&answer, "$.error.type", "invalid_request_error");
        simulated_answer_clear(&answer);
    }
    ask_completions(
        &simulator, "\"messages\":[{\"role\":\"user\",\"content\":\"be overloaded\"}]",
        &answer);
    assert_int_equal(answer.status, 503);
    assert_at(&answer, "$.error.code", "overloaded");
    simulated_answer_clear(&answer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simulator_uses_the_tools_that_are_offered),
        cmocka_unit_test(simulator_speaks_chat_completions),
        cmocka_unit_test(simulator_refuses_completions_that_make_no_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
