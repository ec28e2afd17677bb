/* SPDX-License-Identifier: MIT */
#include "agent/tools.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/document.h"
#include "io/json.h"

static enum tool_status run(
    const char *name, const char *input, char output[TOOL_OUTPUT_SIZE]) {
    struct error err = {0};
    struct document *document = json_parse(slice_of(input), &err);
    assert_non_null(document);
    struct text text = text_in(output, TOOL_OUTPUT_SIZE);
    enum tool_status status = tools_run(name, document_root(document), &text);
    document_free(document);
    return status;
}

static void tools_calculate(void **state) {
    (void)state;
    char output[TOOL_OUTPUT_SIZE];
    assert_int_equal(run("calculate", "{\"expression\":\"2 + 2\"}", output), TOOL_OK);
    assert_string_equal(output, "4");
}

static void tools_tell_the_model_what_was_wrong(void **state) {
    (void)state;
    char output[TOOL_OUTPUT_SIZE];
    static const char *const inputs[] = {
        "{\"expression\":\"invalid\"}", "{\"expression\":\"1/0\"}",
        "{\"expression\":7}", "{}"};
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        assert_int_equal(run("calculate", inputs[i], output), TOOL_FAILED);
        assert_memory_equal(output, "error", 5);
    }
}

static void tools_survive_a_tool_that_nobody_has(void **state) {
    (void)state;
    char output[TOOL_OUTPUT_SIZE];
    assert_int_equal(run("rm", "{\"path\":\"/\"}", output), TOOL_UNKNOWN);
    assert_memory_equal(output, "error", 5);
    assert_string_equal(tools_label("rm"), "unknown");
    assert_string_equal(tools_label("calculate"), "calculate");
}

static void tools_are_listed_with_their_schema(void **state) {
    (void)state;
    struct buffer buffer = {.limit = 65536};
    struct json_writer json = json_writer_to(&buffer);
    tools_write(&json);
    struct error err = {0};
    struct document *document = json_parse(buffer_slice(&buffer), &err);
    assert_non_null(document);
    const struct node *tool = document_root(document)->first;
    assert_non_null(tool);
    for (; tool; tool = tool->next) {
        char name[TOOL_NAME_SIZE];
        char type[16];
        assert_true(node_string(tool, "name", name, sizeof name));
        assert_string_equal(tools_label(name), name);
        assert_true(node_get(tool, "description")->string.length > 0);
        assert_true(
            node_string(node_get(tool, "input_schema"), "type", type, sizeof type));
        assert_string_equal(type, "object");
    }
    document_free(document);
    buffer_clear(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tools_calculate),
        cmocka_unit_test(tools_tell_the_model_what_was_wrong),
        cmocka_unit_test(tools_survive_a_tool_that_nobody_has),
        cmocka_unit_test(tools_are_listed_with_their_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
