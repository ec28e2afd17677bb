/* What the model may ask the agent to do. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/json_writer.h"
#include "base/text.h"
#include "core/node.h"

enum {
    TOOL_NAME_SIZE = 64,
    TOOL_OUTPUT_SIZE = 8192, /* what the model gets to read of one call */
};

enum tool_status { TOOL_OK, TOOL_FAILED, TOOL_UNKNOWN };

/* The list that goes with every request to the model: name, description, schema. */
void tools_write(struct json_writer *json);

/* Runs one call; `output` is what the model is told, whatever the status. */
enum tool_status tools_run(
    const char *name, const struct node *input, struct text *output);

/* "success", "error" or "unknown". */
const char *tool_status_name(enum tool_status status);

/* The name itself when the table has it, else "unknown": for labels, since the model may
 * make up any name. */
const char *tools_label(const char *name);
