/* SPDX-License-Identifier: MIT */
#include "agent/messages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/json.h"

static void messages_read_a_plain_answer(void **state) {
    (void)state;
    struct model_answer answer;
    struct error err = {0};
    assert_true(messages_read(
        &answer,
        slice_of(
            "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\","
            "\"content\":[{\"type\":\"text\",\"text\":\"Hello\"},"
            "{\"type\":\"brand_new\",\"x\":1},{\"type\":\"text\",\"text\":\" you\"}],"
            "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":12,"
            "\"output_tokens\":6,\"cache_creation_input_tokens\":null,"
            "\"cache_read_input_tokens\":4,"
            "\"output_tokens_details\":{\"thinking_tokens\":3}}}"),
        &err));
    assert_int_equal(answer.stop, STOP_END_TURN);
    assert_string_equal(buffer_string(&answer.text), "Hello you");
    assert_int_equal(answer.call_count, 0);
    assert_int_equal(answer.usage.input, 12);
    assert_int_equal(answer.usage.output, 6);
    assert_int_equal(answer.usage.cache_write, 0);
    assert_int_equal(answer.usage.cache_read, 4);
    assert_int_equal(answer.usage.thinking, 3);
    assert_int_equal(answer.content->child_count, 3);
    model_answer_clear(&answer);
}

static void messages_read_tool_calls(void **state) {
    (void)state;
    struct model_answer answer;
    struct error err = {0};
    assert_true(messages_read(
        &answer,
        slice_of("{\"content\":[{\"type\":\"text\",\"text\":\"Let me see.\"},"
                 "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"calculate\","
                 "\"input\":{\"expression\":\"2+2\"}},"
                 "{\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":\"other\","
                 "\"input\":{}}],\"stop_reason\":\"tool_use\"}"),
        &err));
    assert_int_equal(answer.stop, STOP_TOOL_USE);
    assert_int_equal(answer.call_count, 2);
    assert_string_equal(answer.calls[0].id, "toolu_1");
    assert_string_equal(answer.calls[0].name, "calculate");
    assert_true(
        slice_equals(node_get(answer.calls[0].input, "expression")->string, "2+2"));
    assert_string_equal(answer.calls[1].name, "other");
    model_answer_clear(&answer);
}

static void messages_tell_stop_reasons_apart(void **state) {
    (void)state;
    static const struct {
        const char *reason;
        enum model_stop stop;
    } rows[] = {
        {"\"end_turn\"", STOP_END_TURN},
        {"\"max_tokens\"", STOP_MAX_TOKENS},
        {"\"stop_sequence\"", STOP_SEQUENCE},
        {"\"pause_turn\"", STOP_PAUSE_TURN},
        {"\"refusal\"", STOP_REFUSAL},
        {"\"model_context_window_exceeded\"", STOP_CONTEXT},
        {"\"from_the_future\"", STOP_OTHER},
        {"null", STOP_OTHER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buffer body = {.limit = 4096};
        struct model_answer answer;
        struct error err = {0};
        buffer_addf(&body, "{\"content\":[],\"stop_reason\":%s}", rows[i].reason);
        assert_true(messages_read(&answer, buffer_slice(&body), &err));
        assert_int_equal(answer.stop, rows[i].stop);
        model_answer_clear(&answer);
        buffer_clear(&body);
    }
}

static void messages_refuse_what_is_no_answer(void **state) {
    (void)state;
    static const char *const bodies[] = {
        "",
        "<html>",
        "{\"content\":[{\"type\":\"text\",\"te",
        "[]",
        "{}",
        "{\"content\":\"text\"}",
        "{\"content\":[1]}",
        "{\"content\":[{\"text\":\"no type\"}]}",
        "{\"content\":[{\"type\":\"text\"}]}",
        "{\"content\":[{\"type\":\"text\",\"text\":7}]}",
        "{\"content\":[{\"type\":\"tool_use\",\"name\":\"x\",\"input\":{}}]}",
        "{\"content\":[{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"x\"}]}",
        ("{\"content\":[{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"x\","
         "\"input\":[]}]}"),
        "{\"content\":[],\"stop_reason\":\"tool_use\"}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct model_answer answer;
        struct error err = {0};
        assert_false(messages_read(&answer, slice_of(bodies[i]), &err));
        assert_true(err.message[0] != '\0');
    }
}

static void messages_write_a_question_without_deprecated_settings(void **state) {
    (void)state;
    struct buffer body = {.limit = 65536};
    struct model_question question = {
        .model = "m",
        .tokens_max = 100,
        .system = slice_of("Be \"good\"."),
        .messages = slice_of("{\"role\":\"user\",\"content\":\"q\"}"),
        .user_hash = "abc"};
    struct error err = {0};
    assert_true(messages_write(&question, &body, &err));
    struct document *document = json_parse(buffer_slice(&body), &err);
    assert_non_null(document);
    const struct node *root = document_root(document);
    assert_true(slice_equals(node_get(root, "system")->string, "Be \"good\"."));
    assert_int_equal(node_get(root, "messages")->child_count, 1);
    assert_true(node_get(root, "tools")->child_count > 0);
    assert_true(
        slice_equals(node_get(node_get(root, "metadata"), "user_id")->string, "abc"));
    assert_null(node_get(root, "temperature"));
    assert_null(node_get(root, "top_p"));
    assert_null(node_get(root, "thinking"));
    assert_null(node_get(root, "stream"));
    document_free(document);
    buffer_clear(&body);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_read_a_plain_answer),
        cmocka_unit_test(messages_read_tool_calls),
        cmocka_unit_test(messages_tell_stop_reasons_apart),
        cmocka_unit_test(messages_refuse_what_is_no_answer),
        cmocka_unit_test(messages_write_a_question_without_deprecated_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
