/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/buffer.h"
#include "base/panic.h"
#include "core/json_reader.h"
#include "core/node_json.h"
#include "core/node_walk.h"
#include "fuzz/fuzz.h"
#include "io/json.h"

/* What was read can be written, and what was written reads the same. */
static void write_and_read(const struct document *document) {
    struct buffer first;
    struct buffer second;
    struct error err = {0};
    buffer_init(&first, 8 * (size_t)JSON_BYTES_MAX);
    buffer_init(&second, 8 * (size_t)JSON_BYTES_MAX);
    struct json_writer json = json_writer_to(&first);
    node_write_json(document_root(document), &json);
    /* Keys that are longer than any path are not written. */
    if (!first.overflow && first.length <= JSON_BYTES_MAX) {
        struct document *again = json_parse(buffer_slice(&first), &err);
        ensure(again);
        json = json_writer_to(&second);
        node_write_json(document_root(again), &json);
        ensure(
            first.length == second.length &&
            memcmp(first.data, second.data, first.length) == 0);
        document_free(again);
    }
    buffer_clear(&first);
    buffer_clear(&second);
}

static void walk_all(const struct node *root) {
    struct node_walk walk = node_walk_from(root);
    const struct node *node = NULL;
    uint32_t count = 0;
    while ((node = node_walk_next(&walk))) {
        count++;
        ensure(node->kind != NODE_MAP || !node_duplicate(node));
    }
    ensure(count <= DOCUMENT_NODES_MAX);
}

/* Token by token the same is JSON;
 * only limits and keys that stand twice are not seen. */
static void read_tokens(struct slice text, bool parsed, const struct error *err) {
    struct json_reader reader = json_reader_of(text);
    struct slice words;
    enum json_token token;
    do {
        token = json_reader_next(&reader, &words);
        ensure(words.length <= text.length);
    } while (token != JSON_WRONG && token != JSON_END);
    bool is_sound = parsed || err->code == ERROR_LIMIT ||
                    strstr(err->message, "stands twice") != NULL;
    ensure(parsed ? token == JSON_END : is_sound || token == JSON_WRONG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct error err = {0};
    struct slice text = {.data = (const char *)data, .length = size};
    struct document *document = json_parse(text, &err);
    ensure(document || err.code != ERROR_NONE);
    read_tokens(text, document != NULL, &err);
    if (!document) return 0;
    walk_all(document_root(document));
    write_and_read(document);
    document_free(document);
    return 0;
}
