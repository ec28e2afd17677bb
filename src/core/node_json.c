/* SPDX-License-Identifier: MIT */
#include "core/node_json.h"

#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "core/document.h"

/* Containers on the way to where the writer stands, and what comes next in each. */
struct walk {
    struct {
        const struct node *container;
        const struct node *next;
    } levels[DOCUMENT_DEPTH_MAX];
    unsigned depth;
};

/* "null", "~" and nothing at all are how YAML says that there is no value. */
static bool is_plain_null(const struct node *node) {
    return !node->quoted &&
           (node->string.length == 0 || slice_equals(node->string, "null") ||
            slice_equals(node->string, "~"));
}

static void write_string(const struct node *node, struct json_writer *json) {
    double number = 0;
    bool truth = false;
    if (is_plain_null(node)) {
        json_null(json);
    } else if (node_as_number(node, &number)) {
        json_raw(json, node->string);
    } else if (node_as_bool(node, &truth)) {
        json_bool(json, truth);
    } else {
        json_slice(json, node->string);
    }
}

static void enter(struct walk *walk, const struct node *container) {
    ensure(walk->depth < DOCUMENT_DEPTH_MAX);
    walk->levels[walk->depth].container = container;
    walk->levels[walk->depth].next = container->first;
    walk->depth++;
}

static void write_value(
    struct walk *walk, const struct node *node, struct json_writer *json) {
    switch (node->kind) {
    case NODE_NULL: json_null(json); break;
    case NODE_BOOL: json_bool(json, node->boolean); break;
    case NODE_NUMBER: json_raw(json, node->string); break;
    case NODE_STRING: write_string(node, json); break;
    case NODE_LIST:
        json_array_begin(json);
        enter(walk, node);
        break;
    case NODE_MAP:
        json_object_begin(json);
        enter(walk, node);
        break;
    }
}

static void leave(struct walk *walk, struct json_writer *json) {
    walk->depth--;
    if (walk->levels[walk->depth].container->kind == NODE_MAP) {
        json_object_end(json);
    } else {
        json_array_end(json);
    }
}

static void write_key(struct slice key, struct json_writer *json) {
    char name[NODE_PATH_MAX];
    struct text text = TEXT_IN(name);
    text_add_slice(&text, key);
    /* A cut key would be another key: the incomplete text says so instead. */
    if (text.truncated) json->to->overflow = true;
    json_key(json, name);
}

void node_write_json(const struct node *node, struct json_writer *json) {
    struct walk walk = {0};
    write_value(&walk, node, json);
    while (walk.depth > 0) {
        const struct node *next = walk.levels[walk.depth - 1].next;
        if (!next) {
            leave(&walk, json);
            continue;
        }
        walk.levels[walk.depth - 1].next = next->next;
        if (walk.levels[walk.depth - 1].container->kind == NODE_MAP) {
            write_key(next->key, json);
        }
        write_value(&walk, next, json);
    }
}

bool node_json_text(const struct node *node, char *to, size_t size) {
    struct buffer buffer;
    buffer_init(&buffer, size - 1);
    struct json_writer json = json_writer_to(&buffer);
    node_write_json(node, &json);
    bool fits = !buffer.overflow;
    to[0] = '\0';
    if (fits) memcpy(to, buffer_string(&buffer), buffer.length + 1);
    buffer_clear(&buffer);
    return fits;
}
