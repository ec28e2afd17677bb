/* One tree for YAML and JSON: every node knows where it stood. Built by io/yaml and
 * io/json, read through core/node and through schema tables. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/scan.h"
#include "core/node.h"

enum {
    DOCUMENT_DEPTH_MAX = 32,
    DOCUMENT_NODES_MAX = 65536,
    DOCUMENT_TEXT_MAX = 8 * 1024 * 1024,
};

struct document;

struct document *document_new(void);
void document_free(struct document *document);
const struct node *document_root(const struct document *document); /* NULL when empty */

/* Building: in order, for io/yaml and io/json; the root has no parent. A string is
 * copied, with a NUL behind. NULL or false past a limit. */
struct node *document_add(
    struct document *document, struct node *parent, enum node_kind kind,
    struct error *err);
bool document_set_key(
    struct document *document, struct node *node, struct slice key, struct error *err);
bool document_set_string(
    struct document *document, struct node *node, struct slice string,
    struct error *err);
