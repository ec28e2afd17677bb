/* SPDX-License-Identifier: MIT */
#include "agent/tools.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/agent.h"
#include "agent/registry.h"
#include "agent/tool_call.h"
#include "base/memory.h"
#include "base/units.h"
#include "core/document.h"
#include "io/json.h"
#include "io/loop.h"

enum { PAGE_MAX = 256 * 1024 };

/* What became of the last call, and the agent that made it. */
static struct agent *agent;
static enum tool_status last_status;
static char last_output[TOOL_OUTPUT_SIZE];

static int set_up(void **state) {
    (void)state;
    agent = memory_new(sizeof *agent);
    agent->loop = loop_new();
    agent->registry = registry_new();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    registry_free(agent->registry);
    loop_free(agent->loop);
    free(agent);
    return 0;
}

static void on_done(void *owner, enum tool_status status, struct slice output) {
    struct text text = TEXT_IN(last_output);
    (void)owner;
    last_status = status;
    text_add_slice(&text, output);
    loop_stop(agent->loop);
}

static enum tool_status run(const char *name, const char *input) {
    struct error err = {0};
    struct document *document = json_parse(slice_of(input), &err);
    assert_non_null(document);
    struct tool_question question = {
        .name = name,
        .input = document_root(document),
        .deadline_ns = loop_clock_ns() + 60 * NS_PER_S};
    last_output[0] = '\0';
    tool_call_start(agent, &question, on_done, NULL);
    assert_string_equal(last_output, ""); /* never inside the call that started it */
    loop_run(agent->loop);
    document_free(document);
    return last_status;
}

static bool page_has(const char *words) {
    struct buffer page;
    buffer_init(&page, PAGE_MAX);
    registry_write(agent->registry, "", &page);
    bool is_there = strstr(buffer_string(&page), words) != NULL;
    buffer_clear(&page);
    return is_there;
}

static void calculate_tool_success(void **state) {
    (void)state;
    assert_int_equal(run("calculate", "{\"expression\":\"2 + 2\"}"), TOOL_OK);
    assert_string_equal(last_output, "4");
    assert_true(
        page_has("tool_calls_total{tool_name=\"calculate\",status=\"success\"} 1\n"));
    assert_true(page_has("tool_duration_seconds_count{tool_name=\"calculate\"} 1\n"));
}

static void calculate_tool_invalid_expression(void **state) {
    (void)state;
    static const char *const inputs[] = {
        "{\"expression\":\"invalid\"}", "{\"expression\":\"1/0\"}",
        "{\"expression\":7}", "{}"};
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        assert_int_equal(run("calculate", inputs[i]), TOOL_FAILED);
        assert_memory_equal(last_output, "error", 5);
    }
}

static void search_web(void **state) {
    (void)state;
    assert_int_equal(run("search_web", "{\"query\":\"shipping to Norway\"}"), TOOL_OK);
    assert_memory_equal(last_output, "From the built-in articles:", 27);
    assert_non_null(strstr(last_output, "customs"));
    assert_int_equal(run("search_web", "{\"query\":\"zebra\"}"), TOOL_OK);
    assert_memory_equal(last_output, "Nothing about that", 18);
    assert_int_equal(run("search_web", "{\"query\":\" \"}"), TOOL_FAILED);
    assert_memory_equal(last_output, "error", 5);
    assert_int_equal(run("search_web", "{\"query\":[]}"), TOOL_FAILED);
}

static void lookup_order(void **state) {
    (void)state;
    assert_int_equal(run("lookup_order", "{\"order_id\":\"a-1001\"}"), TOOL_OK);
    assert_memory_equal(last_output, "Order A-1001: shipped.", 22);
    assert_int_equal(run("lookup_order", "{\"order_id\":\"A-9999\"}"), TOOL_OK);
    assert_string_equal(last_output, "There is no order A-9999.");
    assert_int_equal(run("lookup_order", "{\"order_id\":\"' OR 1=1\"}"), TOOL_FAILED);
    assert_memory_equal(last_output, "error", 5);
    assert_int_equal(run("lookup_order", "{\"order_id\":1001}"), TOOL_FAILED);
}

static void unknown_tool(void **state) {
    (void)state;
    assert_int_equal(run("rm", "{\"path\":\"/\"}"), TOOL_UNKNOWN);
    assert_memory_equal(last_output, "error", 5);
    assert_string_equal(tools_label("rm"), "unknown");
    assert_string_equal(tools_label("calculate"), "calculate");
    assert_true(
        page_has("tool_calls_total{tool_name=\"unknown\",status=\"unknown\"} 1\n"));
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
        assert_non_null(tools_find(name));
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
        cmocka_unit_test(calculate_tool_success),
        cmocka_unit_test(calculate_tool_invalid_expression),
        cmocka_unit_test(search_web),
        cmocka_unit_test(lookup_order),
        cmocka_unit_test(unknown_tool),
        cmocka_unit_test(tools_are_listed_with_their_schema),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
