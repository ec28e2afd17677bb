/* A value in a document: what it is, where it stood,
 * and how to read it without trusting it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

enum { NODE_PATH_MAX = 256 };

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
    bool quoted; /* JSON, or YAML in quotes: never anything but a string */
    /* From 1; 0 when the source has none (JSON from the network, keys of lists). */
    uint32_t line, column, key_line, key_column;
    struct slice key;    /* borrowed from the document; empty in lists */
    struct slice string; /* NODE_STRING: the text; NODE_NUMBER: as it was written */
    double number;       /* NODE_NUMBER */
    bool boolean;        /* NODE_BOOL */
    uint32_t child_count;
    struct node *first, *next; /* children; the next sibling */
};

/* The child with that key, or NULL; also NULL for a node that is no map or NULL. */
const struct node *node_get(const struct node *map, const char *key);
const struct node *node_at(const struct node *list, size_t index);

/* The first child of a map whose key stood there before, or NULL. */
const struct node *node_duplicate(const struct node *map);

/* RFC 9535 singular queries only: $, .name, ['name'], [n]. NULL when nothing is there.
 * False for a malformed path. */
bool node_find(
    const struct node *root, struct slice path, const struct node **found,
    struct error *err);

/* Typed reading of what came from outside; false, output untouched, when it is missing
 * or of another type or out of range. A string that is too long or holds a NUL is
 * false; a plain YAML scalar is read as JSON would read it. */
bool node_string(const struct node *map, const char *key, char *to, size_t size);
bool node_number(const struct node *map, const char *key, double *value);
bool node_integer(
    const struct node *map, const char *key, int64_t least, int64_t most,
    int64_t *value);
bool node_bool(const struct node *map, const char *key, bool *value);

/* The same for a node at hand, or NULL. */
bool node_text(const struct node *node, char *to, size_t size);
bool node_as_number(const struct node *node, double *value);
bool node_as_bool(const struct node *node, bool *value);

/* Takes a number as RFC 8259 writes it. */
bool node_take_number(struct scan *scan);

const char *node_kind_name(enum node_kind kind);
