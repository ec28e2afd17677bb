/* Everything that a schema holds, value by value:
 * what it is now and which document said so. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/text.h"
#include "core/schema.h"

enum {
    SCHEMA_LAYERS_MAX = 4,
    SCHEMA_LIST_DEPTH = 16,
    SCHEMA_LIST_PATH_SIZE = 256,
};

/* One value. */
struct schema_item {
    const char *path; /* "targets.local.paths.health", "canary.steps[1]" */
    const struct schema_field *field;
    const void *value;       /* the member */
    const struct node *node; /* where it was said; NULL for a default */
    unsigned layer;          /* by which of the documents */
};

struct schema_list_frame {
    const struct schema_field *field; /* of elements; NULL for an object */
    const struct schema *schema;
    const char *base;
    const struct node *nodes[SCHEMA_LAYERS_MAX];
    size_t next;        /* field or element */
    size_t path_length; /* before what comes next */
};

struct schema_list {
    unsigned depth;
    unsigned layer_count;
    struct text path;
    char path_words[SCHEMA_LIST_PATH_SIZE];
    struct schema_list_frame frames[SCHEMA_LIST_DEPTH];
};

/* `layers` are the roots that were read, from the weakest to the strongest; NULL for an
 * empty one. The list must stay where it is. */
void schema_list_begin(
    struct schema_list *list, const struct schema *schema, const void *data,
    const struct node *const *layers, unsigned layer_count);

/* The next value; false at the end. */
bool schema_list_next(struct schema_list *list, struct schema_item *item);

/* As it would be written in a file; nothing for what is empty or was never said. */
void schema_item_text(const struct schema_item *item, struct text *text);
