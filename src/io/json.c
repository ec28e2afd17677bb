/* SPDX-License-Identifier: MIT */
#include "io/json.h"

#include <math.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/panic.h"
#include "core/json_reader.h"

/* cJSON copies a number into 64 bytes and quietly forgets the rest. */
enum { NUMBER_LENGTH_MAX = 62 };

/* A lexer for all that cJSON lets pass; the order of the tokens is left to cJSON. */
struct prescan {
    struct slice text;
    struct scan scan;
    uint32_t depth;
    uint32_t values;
};

static bool refuse(
    const struct prescan *prescan, enum error_code code, const char *words,
    struct error *err) {
    size_t at = (size_t)(prescan->scan.at - prescan->text.data);
    return error_set(err, code, "JSON, byte %zu: %s", at, words);
}

static bool scan_string(struct prescan *prescan, struct error *err) {
    prescan->values++;
    const char *wrong = json_take_string(&prescan->scan);
    return !wrong || refuse(prescan, ERROR_SYNTAX, wrong, err);
}

static bool scan_number(struct prescan *prescan, struct error *err) {
    const char *start = prescan->scan.at;
    prescan->values++;
    bool valid = node_take_number(&prescan->scan);
    char behind = scan_peek(&prescan->scan);
    if (!valid || (behind >= '0' && behind <= '9')) {
        return refuse(prescan, ERROR_SYNTAX, "a malformed number", err);
    }
    if (prescan->scan.at - start > NUMBER_LENGTH_MAX) {
        return refuse(prescan, ERROR_LIMIT, "a number of too many digits", err);
    }
    return true;
}

static bool scan_other(struct prescan *prescan, struct error *err) {
    static const char *const literals[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
        if (scan_literal(&prescan->scan, literals[i])) {
            prescan->values++;
            return true;
        }
    }
    char c = scan_peek(&prescan->scan);
    if (c == '-' || (c >= '0' && c <= '9')) return scan_number(prescan, err);
    return refuse(prescan, ERROR_SYNTAX, "something that is not JSON", err);
}

static bool scan_token(struct prescan *prescan, struct error *err) {
    switch (*prescan->scan.at) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case ',': prescan->scan.at++; return true;
    case ':': /* the string before it was no value but a key */
        prescan->scan.at++;
        if (prescan->values > 0) prescan->values--;
        return true;
    case '[':
    case '{':
        prescan->scan.at++;
        prescan->values++;
        if (++prescan->depth > DOCUMENT_DEPTH_MAX) {
            return refuse(prescan, ERROR_LIMIT, "nested too deep", err);
        }
        return true;
    case ']':
    case '}':
        prescan->scan.at++;
        if (prescan->depth-- == 0) {
            return refuse(prescan, ERROR_SYNTAX, "closes what is not open", err);
        }
        return true;
    case '"': prescan->scan.at++; return scan_string(prescan, err);
    default: return scan_other(prescan, err);
    }
}

static bool prescan_all(struct slice text, uint32_t values_max, struct error *err) {
    if (text.length > JSON_BYTES_MAX) {
        return error_set(
            err, ERROR_LIMIT, "JSON of more than %d bytes", JSON_BYTES_MAX);
    }
    struct prescan prescan = {.text = text, .scan = scan_of(text)};
    while (!scan_done(&prescan.scan)) {
        if (!scan_token(&prescan, err)) return false;
        if (prescan.values > values_max) {
            return refuse(&prescan, ERROR_LIMIT, "too many values", err);
        }
    }
    if (prescan.values == 0) return error_set(err, ERROR_SYNTAX, "no JSON at all");
    return true;
}

/* Walks beside the tree: cJSON does not keep a number as it was written. */
static struct slice next_number(struct scan *scan) {
    while (!scan_done(scan)) {
        const char *start = scan->at;
        if (node_take_number(scan)) {
            return (struct slice){.data = start, .length = (size_t)(scan->at - start)};
        }
        scan->at = start + 1;
        if (*start != '"') continue;
        while (*scan->at != '"') scan->at += *scan->at == '\\' ? 2 : 1;
        scan->at++;
    }
    return (struct slice){.data = "", .length = 0};
}

/* A cJSON tree on its way into a document. */
struct copying {
    struct document *document;
    struct scan numbers;
    uint32_t depth;
    struct level {
        const cJSON *item; /* the next one to copy */
        struct node *parent;
    } levels[DOCUMENT_DEPTH_MAX + 1];
};

static bool copy_number(
    struct copying *copying, struct node *node, const cJSON *item, struct error *err) {
    node->number = item->valuedouble;
    struct slice written = next_number(&copying->numbers);
    if (!isfinite(node->number)) {
        return error_set(
            err, ERROR_LIMIT, "JSON: the number %.*s is out of range",
            (int)written.length, written.data);
    }
    return document_set_string(copying->document, node, written, err);
}

static enum node_kind kind_of(const cJSON *item) {
    if (cJSON_IsObject(item)) return NODE_MAP;
    if (cJSON_IsArray(item)) return NODE_LIST;
    if (cJSON_IsString(item)) return NODE_STRING;
    if (cJSON_IsNumber(item)) return NODE_NUMBER;
    if (cJSON_IsBool(item)) return NODE_BOOL;
    return NODE_NULL;
}

static bool copy_value(
    struct copying *copying, struct node *node, const cJSON *item, struct error *err) {
    switch (node->kind) {
    case NODE_NULL: return true;
    case NODE_BOOL: node->boolean = cJSON_IsTrue(item); return true;
    case NODE_NUMBER: return copy_number(copying, node, item, err);
    case NODE_STRING:
        node->quoted = true;
        return document_set_string(
            copying->document, node, slice_of(item->valuestring), err);
    case NODE_LIST:
    case NODE_MAP:
        copying->levels[copying->depth++] =
            (struct level){.item = item->child, .parent = node};
        return true;
    }
    return true;
}

/* All children of a map have arrived. */
static bool close_level(struct copying *copying, struct error *err) {
    const struct node *parent = copying->levels[--copying->depth].parent;
    if (!parent || parent->kind != NODE_MAP) return true;
    const struct node *twice = node_duplicate(parent);
    if (!twice) return true;
    return error_set(
        err, ERROR_SYNTAX, "JSON: the key \"%.*s\" stands twice in one object",
        (int)(twice->key.length > 64 ? 64 : twice->key.length), twice->key.data);
}

static bool copy_item(struct copying *copying, struct error *err) {
    struct level *level = &copying->levels[copying->depth - 1];
    const cJSON *item = level->item;
    struct node *parent = level->parent;
    level->item = parent ? item->next : NULL;

    struct node *node = document_add(copying->document, parent, kind_of(item), err);
    if (!node) return false;
    if (parent && parent->kind == NODE_MAP) {
        struct slice key = slice_of(item->string);
        if (!document_set_key(copying->document, node, key, err)) return false;
    }
    return copy_value(copying, node, item, err);
}

static bool copy_tree(
    struct document *document, const cJSON *root, struct slice text,
    struct error *err) {
    struct copying copying = {
        .document = document, .numbers = scan_of(text), .depth = 1};
    copying.levels[0].item = root;
    while (copying.depth > 0) {
        ensure(copying.depth <= DOCUMENT_DEPTH_MAX + 1);
        bool more = copying.levels[copying.depth - 1].item != NULL;
        bool copied = more ? copy_item(&copying, err) : close_level(&copying, err);
        if (!copied) return false;
    }
    return true;
}

struct document *json_parse(struct slice text, struct error *err) {
    return json_parse_few(text, DOCUMENT_NODES_MAX, err);
}

struct document *json_parse_few(
    struct slice text, uint32_t values_max, struct error *err) {
    if (!prescan_all(text, values_max, err)) return NULL;
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(text.data, text.length, &end, 0);
    while (root && end < text.data + text.length && strchr(" \t\r\n", *end)) end++;
    if (!root || end != text.data + text.length) {
        size_t at = end ? (size_t)(end - text.data) : 0;
        error_set(err, ERROR_SYNTAX, "JSON, byte %zu: not what is expected here", at);
        cJSON_Delete(root);
        return NULL;
    }

    struct document *document = document_new();
    if (!copy_tree(document, root, text, err)) {
        document_free(document);
        document = NULL;
    }
    cJSON_Delete(root);
    return document;
}
