/* What the model may ask the agent to do. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/json_writer.h"
#include "core/node.h"

enum { TOOL_NAME_SIZE = 64 };

enum tool_status { TOOL_OK, TOOL_FAILED, TOOL_TIMED_OUT, TOOL_UNKNOWN };

struct tool_call;

/* Begins the work of one call: now or later it ends it with tool_call_end(). */
typedef void (*tool_start_fn)(struct tool_call *call, const struct node *input);

/* The list that goes with every request to the model: name, description, schema. */
void tools_write(struct json_writer *json);

/* What starts the tool of that name; NULL when there is none. */
tool_start_fn tools_find(const char *name);

/* The tools by number, for labels. */
size_t tools_count(void);
const char *tools_name(size_t tool);

/* "success", "error", "timeout" or "unknown". */
const char *tool_status_name(enum tool_status status);

/* Whether the tool of that name always says the same of the same input. */
bool tools_always_same(const char *name);

/* The name itself when the table has it, else "unknown":
 * for labels, since the model may make up any name. */
const char *tools_label(const char *name);
