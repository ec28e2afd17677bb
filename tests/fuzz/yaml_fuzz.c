/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/panic.h"
#include "core/node_walk.h"
#include "fuzz/fuzz.h"
#include "io/yaml.h"

static bool is_placed(const struct node *node, uint32_t lines) {
    return node->line >= 1 && node->line <= lines && node->column >= 1 &&
           node->key_line <= lines;
}

static void look_at(const struct node *node, uint32_t lines) {
    ensure(is_placed(node, lines));
    ensure(node->kind != NODE_MAP || !node_duplicate(node));
    struct slice string = node->string;
    if (node->kind != NODE_STRING || string.length == 0) return;
    ensure(!memchr(string.data, '\0', string.length));
}

static uint32_t count_lines(struct slice text) {
    uint32_t lines = 2; /* a value that is missing stands behind the last one */
    for (size_t i = 0; i < text.length; i++) {
        /* YAML also breaks lines at CR, NEL, LS and PS: this is never too few. */
        unsigned char c = (unsigned char)text.data[i];
        if (c == '\n' || c == '\r' || c >= 0x80) lines++;
    }
    return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct error err = {0};
    struct slice text = {.data = (const char *)data, .length = size};
    struct document *document = yaml_parse(text, "f", &err);
    ensure(document || err.code != ERROR_NONE);
    if (!document) {
        ensure(strncmp(err.message, "f:", 2) == 0);
        return 0;
    }
    struct node_walk walk = node_walk_from(document_root(document));
    const struct node *node = NULL;
    uint32_t lines = count_lines(text);
    while ((node = node_walk_next(&walk))) look_at(node, lines);
    document_free(document);
    return 0;
}
