/* SPDX-License-Identifier: MIT */
#include "agent/tools.h"

#include <string.h>

#include "agent/calculator.h"
#include "agent/order_lookup.h"
#include "agent/search.h"
#include "agent/tool_call.h"

static void start_calculate(struct tool_call *call, const struct node *input) {
    const struct node *expression = node_get(input, "expression");
    struct text *output = tool_call_output(call);
    bool is_good = false;
    if (expression && expression->kind == NODE_STRING) {
        is_good = calculator_answer(expression->string, output);
    } else {
        text_add(output, "error: calculate needs a string named expression");
    }
    tool_call_end(call, is_good ? TOOL_OK : TOOL_FAILED);
}

/* clang-format off */
/*    id              name         start */
#define TOOLS(X) \
    X(TOOL_CALCULATE, "calculate", start_calculate, \
      "Evaluates an arithmetic expression and returns the number. Knows + - * / % ^, " \
      "parentheses, pi, e, abs, sqrt, floor, ceil, round, ln, log10, exp, sin, cos, " \
      "tan, pow, min and max.", \
      "{\"type\":\"object\",\"properties\":{\"expression\":{\"type\":\"string\"," \
      "\"description\":\"for example (3 + 4) * 5\"}},\"required\":[\"expression\"]}"), \
    X(TOOL_SEARCH,    "search_web", search_start, \
      "Searches for what is not in the conversation and returns a few results with " \
      "their source.", \
      "{\"type\":\"object\",\"properties\":{\"query\":{\"type\":\"string\"," \
      "\"description\":\"a few words\"}},\"required\":[\"query\"]}"), \
    X(TOOL_ORDER,     "lookup_order", order_lookup_start, \
      "Tells the state, the items and the dates of one order.", \
      "{\"type\":\"object\",\"properties\":{\"order_id\":{\"type\":\"string\"," \
      "\"description\":\"for example A-1001\"}},\"required\":[\"order_id\"]}")
/* clang-format on */

enum tool {
#define X(id, name, start, description, schema) id
    TOOLS(X),
#undef X
    TOOL_COUNT
};

static const struct {
    const char *name;
    tool_start_fn start;
    const char *description;
    const char *schema; /* JSON */
} tools[] = {
#define X(id, name, start, description, schema) \
    [id] = {(name), (start), (description), (schema)}
    TOOLS(X)
#undef X
};

void tools_write(struct json_writer *json) {
    json_array_begin(json);
    for (size_t i = 0; i < TOOL_COUNT; i++) {
        json_object_begin(json);
        json_field_string(json, "name", tools[i].name);
        json_field_string(json, "description", tools[i].description);
        json_key(json, "input_schema");
        json_raw(json, slice_of(tools[i].schema));
        json_object_end(json);
    }
    json_array_end(json);
}

static size_t find(const char *name) {
    size_t i = 0;
    while (i < TOOL_COUNT && strcmp(tools[i].name, name) != 0) i++;
    return i;
}

tool_start_fn tools_find(const char *name) {
    size_t tool = find(name);
    return tool == TOOL_COUNT ? NULL : tools[tool].start;
}

size_t tools_count(void) {
    return TOOL_COUNT;
}

const char *tools_name(size_t tool) {
    return tools[tool].name;
}

bool tools_always_same(const char *name) {
    return find(name) == TOOL_CALCULATE;
}

const char *tool_status_name(enum tool_status status) {
    switch (status) {
    case TOOL_OK: return "success";
    case TOOL_FAILED: return "error";
    case TOOL_TIMED_OUT: return "timeout";
    case TOOL_UNKNOWN: break;
    }
    return "unknown";
}

const char *tools_label(const char *name) {
    size_t tool = find(name);
    return tool == TOOL_COUNT ? "unknown" : tools[tool].name;
}
