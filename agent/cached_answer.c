/* SPDX-License-Identifier: MIT */
#include "agent/cached_answer.h"

#include <stdio.h>

#include "base/json_writer.h"
#include "base/sha256.h"
#include "base/text.h"
#include "io/json.h"

enum { LENGTH_SIZE = 32 };

/* With its length in front: no piece can pose as the end of the one before. */
static void add_piece(struct sha256 *sha, struct slice piece) {
    char length[LENGTH_SIZE];
    int written = snprintf(length, sizeof length, "%zu:", piece.length);
    sha256_add(sha, length, (size_t)written);
    sha256_add(sha, piece.data, piece.length);
}

void cached_answer_key(
    const struct cached_question *question, char key[CACHED_KEY_SIZE]) {
    struct sha256 sha;
    uint8_t digest[SHA256_SIZE];
    sha256_init(&sha);
    add_piece(&sha, slice_of(question->version));
    add_piece(&sha, slice_of(question->model));
    add_piece(&sha, question->system);
    add_piece(&sha, question->messages);
    sha256_end(&sha, digest);
    struct text text = text_in(key, CACHED_KEY_SIZE);
    text_add(&text, "cache:");
    for (size_t i = 0; i < sizeof digest; i++) {
        text_addf(&text, "%02x", (unsigned)digest[i]);
    }
}

void cached_answer_write(const struct chat_result *result, struct buffer *text) {
    struct json_writer json = json_writer_to(text);
    json_object_begin(&json);
    json_field_slice(&json, "response", result->response);
    json_field_slice(&json, "turn", result->turn);
    json_field_slice(&json, "calls", result->calls);
    json_object_end(&json);
}

static bool read_string(const struct node *root, const char *key, struct slice *to) {
    const struct node *found = node_get(root, key);
    if (!found || found->kind != NODE_STRING) return false;
    *to = found->string;
    return true;
}

/* What is handed on as it is has to be a list. */
static bool is_list(struct slice text) {
    struct error err = {0};
    struct document *document = json_parse(text, &err);
    bool is_good = document && document_root(document)->kind == NODE_LIST;
    document_free(document);
    return is_good;
}

static bool are_calls(struct slice calls) {
    struct buffer list;
    buffer_init(&list, CACHED_ANSWER_MAX);
    buffer_add_char(&list, '[');
    buffer_add(&list, calls.data, calls.length);
    buffer_add_char(&list, ']');
    bool is_good = !list.overflow && is_list(buffer_slice(&list));
    buffer_clear(&list);
    return is_good;
}

bool cached_answer_read(
    struct cached_answer *answer, struct slice text, struct error *err) {
    struct cached_answer read = {.document = json_parse(text, err)};
    if (!read.document) return error_wrap(err, "a cached answer");
    const struct node *root = document_root(read.document);
    if (!read_string(root, "response", &read.response) ||
        !read_string(root, "turn", &read.turn) ||
        !read_string(root, "calls", &read.calls) || read.response.length == 0 ||
        !is_list(read.turn) || !are_calls(read.calls)) {
        document_free(read.document);
        return error_set(err, ERROR_PROTOCOL, "a cached answer that is none");
    }
    *answer = read;
    return true;
}

void cached_answer_clear(struct cached_answer *answer) {
    document_free(answer->document);
    *answer = (struct cached_answer){0};
}
