/* One tree for YAML and JSON: every node knows where it stood. Built by io/yaml and
 * io/json, read through paths here and through schema tables. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

enum {
    DOCUMENT_DEPTH_MAX = 32,
    DOCUMENT_NODES_MAX = 65536,
    DOCUMENT_TEXT_MAX = 8 * 1024 * 1024,
};

enum node_kind {
    NODE_NULL,
    NODE_BOOL,
    NODE_NUMBER,
    NODE_STRING, /* in YAML every plain scalar: the schema gives it its type */
    NODE_LIST,
    NODE_MAP,
};

/* Children are chained; a child of a map has a key. */
struct node {
    enum node_kind kind;
    bool quoted; /* a YAML scalar in quotes: never anything but a string */
    uint32_t line,
        column;       /* from 1; 0 when the source has none (JSON from the network) */
    struct slice key; /* borrowed from the document; empty in lists */
    struct slice string; /* NODE_STRING: the text; NODE_NUMBER: as it was written */
    double number;       /* NODE_NUMBER */
    bool boolean;        /* NODE_BOOL */
    uint32_t child_count;
    struct node *first, *next; /* children; the next sibling */
};

struct document;

struct document *document_new(void);
void document_free(struct document *document);
const struct node *document_root(const struct document *document); /* NULL when empty */

/* Building: in order, for io/yaml and io/json. A string is copied. False past a limit. */
struct node *document_add(
    struct document *document, struct node *parent, enum node_kind kind,
    struct error *err);
bool document_set_key(
    struct document *document, struct node *node, struct slice key, struct error *err);
bool document_set_string(
    struct document *document, struct node *node, struct slice string,
    struct error *err);

/* The child with that key, or NULL; also NULL for a node that is no map or NULL. */
const struct node *node_get(const struct node *map, const char *key);
const struct node *node_at(const struct node *list, size_t index);

/* RFC 9535 singular queries only: $, .name, ['name'], [n]. NULL when nothing is there.
 * False for a malformed path. */
bool node_find(
    const struct node *root, struct slice path, const struct node **found,
    struct error *err);

/* Typed reading of what came from outside; false, output untouched, when it is missing
 * or of another type or out of range. Strings are cut to nothing: too long is false. */
bool node_string(const struct node *map, const char *key, char *to, size_t size);
bool node_number(const struct node *map, const char *key, double *value);
bool node_integer(
    const struct node *map, const char *key, int64_t least, int64_t most,
    int64_t *value);
bool node_bool(const struct node *map, const char *key, bool *value);

const char *node_kind_name(enum node_kind kind);
