/* A document as JSON text: what YAML wrote
 * plainly gets the type that JSON would give it.
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/json_writer.h"
#include "core/node.h"

/* The node and all below it; at most DOCUMENT_DEPTH_MAX deep. */
void node_write_json(const struct node *node, struct json_writer *json);

/* The same into a fixed array; false, output empty, when it does not fit. */
bool node_json_text(const struct node *node, char *to, size_t size);
