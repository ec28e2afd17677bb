/* SPDX-License-Identifier: MIT */
#include "agent/chat_request.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/units.h"
#include "core/document.h"
#include "io/json.h"

enum { TIMEOUT_SIZE = 32 };

/* Characters below the blank, and delete, have no place in a name or a key. */
static bool has_controls(const char *string) {
    for (; *string; string++) {
        unsigned char c = (unsigned char)*string;
        if (c < ' ' || c == 0x7f) return true;
    }
    return false;
}

static bool read_name(
    const struct node *map, const char *key, char *to, size_t size, struct error *err) {
    if (!node_string(map, key, to, size) || to[0] == '\0') {
        return error_set(
            err, ERROR_SYNTAX, "%s must be a string of 1 to %zu bytes", key, size - 1);
    }
    if (has_controls(to)) {
        return error_set(err, ERROR_SYNTAX, "%s holds a control character", key);
    }
    return true;
}

static bool read_priority(
    struct chat_request *request, const struct node *root, struct error *err) {
    request->priority = PRIORITY_NORMAL;
    if (!node_get(root, "priority")) return true;
    int64_t priority = 0;
    if (!node_integer(root, "priority", PRIORITY_LOW, PRIORITY_HIGH, &priority) ||
        priority % 2 == 0) {
        return error_set(err, ERROR_SYNTAX, "priority must be 1, 3 or 5");
    }
    request->priority = (enum chat_priority)priority;
    return true;
}

static bool read_context(
    struct user_context *context, const struct node *root, struct error *err) {
    const struct node *map = node_get(root, "context");
    if (!map || map->kind == NODE_NULL) return true;
    if (map->kind != NODE_MAP) {
        return error_set(err, ERROR_SYNTAX, "context must be an object");
    }
    if (node_get(map, "name") &&
        !read_name(map, "name", context->name, sizeof context->name, err)) {
        return error_wrap(err, "context");
    }
    if (node_get(map, "order_id") &&
        !read_name(map, "order_id", context->order_id, sizeof context->order_id, err)) {
        return error_wrap(err, "context");
    }
    return true;
}

static bool read_message(
    struct chat_request *request, const struct node *root, struct error *err) {
    const struct node *message = node_get(root, "message");
    if (!message || message->kind != NODE_STRING) {
        return error_set(err, ERROR_SYNTAX, "message must be a string");
    }
    struct slice words = message->string;
    if (words.length > CHAT_MESSAGE_MAX) {
        return error_set(
            err, ERROR_LIMIT, "message has %zu bytes, at most %d", words.length,
            CHAT_MESSAGE_MAX);
    }
    size_t blank = 0;
    while (blank < words.length && strchr(" \t\r\n", words.data[blank])) blank++;
    if (blank == words.length) {
        return error_set(err, ERROR_SYNTAX, "message must not be empty");
    }
    request->message = memory_copy_bytes(words.data, words.length);
    request->message_length = words.length;
    return true;
}

static bool read_fields(
    struct chat_request *request, const struct node *root, struct error *err) {
    if (!root || root->kind != NODE_MAP) {
        return error_set(err, ERROR_SYNTAX, "the body must be a JSON object");
    }
    return read_name(root, "user_id", request->user_id, sizeof request->user_id, err) &&
           read_priority(request, root, err) &&
           read_context(&request->context, root, err) &&
           read_message(request, root, err);
}

bool chat_request_read(
    struct chat_request *request, struct slice body, struct error *err) {
    struct document *document = json_parse_few(body, CHAT_VALUES_MAX, err);
    if (!document) return error_set(err, ERROR_SYNTAX, "%s", err->message);
    struct chat_request read = {0};
    bool is_good = read_fields(&read, document_root(document), err);
    document_free(document);
    if (is_good) *request = read;
    return is_good;
}

void chat_request_clear(struct chat_request *request) {
    free(request->message);
    *request = (struct chat_request){0};
}

bool chat_request_id_valid(const char *id) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t length = strspn(id, allowed);
    return length > 0 && length < CHAT_REQUEST_ID_SIZE && id[length] == '\0';
}

bool chat_request_timeout(
    const char *header, uint64_t most_ns, uint64_t *timeout_ns, struct error *err) {
    *timeout_ns = most_ns;
    if (!header) return true;
    char words[TIMEOUT_SIZE];
    struct text text = TEXT_IN(words);
    size_t length = strlen(header);
    bool is_bare = length > 0 && header[length - 1] >= '0' && header[length - 1] <= '9';
    text_addf(&text, "%s%s", header, is_bare ? "s" : "");
    uint64_t wanted_ns = 0;
    if (text.truncated || !units_parse_duration(slice_of(words), &wanted_ns) ||
        wanted_ns == 0) {
        return error_set(
            err, ERROR_SYNTAX, "X-Request-Timeout must be seconds, or as in 800ms");
    }
    if (wanted_ns < most_ns) *timeout_ns = wanted_ns;
    return true;
}

void chat_request_hash_user(struct slice user_id, char hash[USER_HASH_SIZE]) {
    char digest[SHA256_HEX_SIZE];
    sha256_hex(user_id, digest);
    memcpy(hash, digest, USER_HASH_SIZE - 1);
    hash[USER_HASH_SIZE - 1] = '\0';
}
