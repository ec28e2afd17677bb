/* SPDX-License-Identifier: MIT */
#include "core/document.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"

enum {
    NODES_PER_BLOCK = 64,
    TEXT_BLOCK_SIZE = 4096,
};

/* What only the builder needs stands behind the node that everybody sees. */
struct built_node {
    struct node node;
    struct node *last_child;
    uint32_t depth; /* of the root: 1 */
};

struct node_block {
    struct node_block *next;
    struct built_node nodes[NODES_PER_BLOCK];
};

struct text_block {
    struct text_block *next;
    size_t size, used;
    char data[];
};

struct document {
    struct node_block *node_blocks;
    struct text_block *text_blocks;
    uint32_t node_count;
    size_t text_bytes;
    struct node *root;
};

struct document *document_new(void) {
    return memory_new(sizeof(struct document));
}

void document_free(struct document *document) {
    if (!document) return;
    while (document->node_blocks) {
        struct node_block *next = document->node_blocks->next;
        free(document->node_blocks);
        document->node_blocks = next;
    }
    while (document->text_blocks) {
        struct text_block *next = document->text_blocks->next;
        free(document->text_blocks);
        document->text_blocks = next;
    }
    free(document);
}

const struct node *document_root(const struct document *document) {
    return document->root;
}

static struct built_node *next_node(struct document *document) {
    uint32_t at = document->node_count % NODES_PER_BLOCK;
    if (at == 0) {
        struct node_block *block = memory_new(sizeof *block);
        block->next = document->node_blocks;
        document->node_blocks = block;
    }
    document->node_count++;
    return &document->node_blocks->nodes[at];
}

struct node *document_add(
    struct document *document, struct node *parent, enum node_kind kind,
    struct error *err) {
    struct built_node *above = (struct built_node *)parent;
    ensure(parent || !document->root);
    if (document->node_count == DOCUMENT_NODES_MAX) {
        error_set(err, ERROR_LIMIT, "more than %d values", DOCUMENT_NODES_MAX);
        return NULL;
    }
    bool container = kind == NODE_LIST || kind == NODE_MAP;
    if (container && above && above->depth == DOCUMENT_DEPTH_MAX) {
        error_set(err, ERROR_LIMIT, "nested deeper than %d", DOCUMENT_DEPTH_MAX);
        return NULL;
    }

    struct built_node *built = next_node(document);
    built->node.kind = kind;
    built->depth = above ? above->depth + 1 : 1;
    if (!above) {
        document->root = &built->node;
        return &built->node;
    }
    if (above->last_child) {
        above->last_child->next = &built->node;
    } else {
        parent->first = &built->node;
    }
    above->last_child = &built->node;
    parent->child_count++;
    return &built->node;
}

static bool keep_text(
    struct document *document, struct slice text, struct slice *kept,
    struct error *err) {
    size_t size = text.length + 1;
    if (size > DOCUMENT_TEXT_MAX - document->text_bytes) {
        return error_set(
            err, ERROR_LIMIT, "more than %d bytes of text", DOCUMENT_TEXT_MAX);
    }

    struct text_block *block = document->text_blocks;
    if (!block || block->size - block->used < size) {
        size_t room = size > TEXT_BLOCK_SIZE ? size : TEXT_BLOCK_SIZE;
        block = memory_new(sizeof *block + room);
        block->size = room;
        block->next = document->text_blocks;
        document->text_blocks = block;
    }
    char *at = block->data + block->used;
    if (text.length > 0) memcpy(at, text.data, text.length);
    at[text.length] = '\0';
    block->used += size;
    document->text_bytes += size;
    *kept = (struct slice){.data = at, .length = text.length};
    return true;
}

bool document_set_key(
    struct document *document, struct node *node, struct slice key, struct error *err) {
    return keep_text(document, key, &node->key, err);
}

bool document_set_string(
    struct document *document, struct node *node, struct slice string,
    struct error *err) {
    return keep_text(document, string, &node->string, err);
}
