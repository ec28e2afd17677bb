/* SPDX-License-Identifier: MIT */
#include "agent/tools.h"

#include <string.h>

#include "agent/calculator.h"

typedef bool (*tool_fn)(const struct node *input, struct text *output);

static bool run_calculate(const struct node *input, struct text *output) {
    const struct node *expression = node_get(input, "expression");
    if (!expression || expression->kind != NODE_STRING) {
        text_add(output, "error: calculate needs a string named expression");
        return false;
    }
    return calculator_answer(expression->string, output);
}

/* clang-format off */
/*    id              name         run */
#define TOOLS(X) \
    X(TOOL_CALCULATE, "calculate", run_calculate, \
      "Evaluates an arithmetic expression and returns the number. Knows + - * / % ^, " \
      "parentheses, pi, e, abs, sqrt, floor, ceil, round, ln, log10, exp, sin, cos, " \
      "tan, pow, min and max.", \
      "{\"type\":\"object\",\"properties\":{\"expression\":{\"type\":\"string\"," \
      "\"description\":\"for example (3 + 4) * 5\"}},\"required\":[\"expression\"]}")
/* clang-format on */

enum tool {
#define X(id, name, run, description, schema) id
    TOOLS(X),
#undef X
    TOOL_COUNT
};

static const struct {
    const char *name;
    tool_fn run;
    const char *description;
    const char *schema; /* JSON */
} tools[] = {
#define X(id, name, run, description, schema) \
    [id] = {(name), (run), (description), (schema)}
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

enum tool_status tools_run(
    const char *name, const struct node *input, struct text *output) {
    size_t tool = find(name);
    if (tool == TOOL_COUNT) {
        text_add(output, "error: there is no tool of that name");
        return TOOL_UNKNOWN;
    }
    return tools[tool].run(input, output) ? TOOL_OK : TOOL_FAILED;
}

const char *tool_status_name(enum tool_status status) {
    switch (status) {
    case TOOL_OK: return "success";
    case TOOL_FAILED: return "error";
    case TOOL_UNKNOWN: break;
    }
    return "unknown";
}

const char *tools_label(const char *name) {
    size_t tool = find(name);
    return tool == TOOL_COUNT ? "unknown" : tools[tool].name;
}
