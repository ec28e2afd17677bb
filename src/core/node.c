/* SPDX-License-Identifier: MIT */
#include "core/node.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum {
    FEW_CHILDREN = 16, /* up to here comparing all pairs is cheaper than sorting */
    NUMBER_SIZE = 64,  /* longer ones are not read as numbers */
};

static int compare_slices(struct slice a, struct slice b) {
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter ? memcmp(a.data, b.data, shorter) : 0;
    if (order != 0) return order;
    return (a.length > b.length) - (a.length < b.length);
}

/* A child and where it stands, so that of two equal keys the later one is named. */
struct keyed {
    const struct node *node;
    uint32_t index;
};

static int compare_keyed(const void *left, const void *right) {
    const struct keyed *a = left;
    const struct keyed *b = right;
    int order = compare_slices(a->node->key, b->node->key);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

static const struct node *duplicate_among_many(const struct node *map) {
    struct keyed *children = memory_new_array(map->child_count, sizeof *children);
    uint32_t count = 0;
    for (const struct node *child = map->first; child; child = child->next) {
        children[count] = (struct keyed){.node = child, .index = count};
        count++;
    }
    qsort(children, count, sizeof *children, compare_keyed);
    const struct node *found = NULL;
    for (uint32_t i = 1; i < count && !found; i++) {
        if (compare_slices(children[i - 1].node->key, children[i].node->key) == 0) {
            found = children[i].node;
        }
    }
    free(children);
    return found;
}

const struct node *node_duplicate(const struct node *map) {
    if (map->child_count > FEW_CHILDREN) return duplicate_among_many(map);
    for (const struct node *child = map->first; child; child = child->next) {
        for (const struct node *other = map->first; other != child;
             other = other->next) {
            if (compare_slices(child->key, other->key) == 0) return child;
        }
    }
    return NULL;
}

static const struct node *get_slice(const struct node *map, struct slice key) {
    if (!map || map->kind != NODE_MAP) return NULL;
    for (const struct node *child = map->first; child; child = child->next) {
        if (compare_slices(child->key, key) == 0) return child;
    }
    return NULL;
}

const struct node *node_get(const struct node *map, const char *key) {
    return get_slice(map, slice_of(key));
}

const struct node *node_at(const struct node *list, size_t index) {
    if (!list || list->kind != NODE_LIST || index >= list->child_count) return NULL;
    const struct node *child = list->first;
    while (index-- > 0) child = child->next;
    return child;
}

/* One segment of a path: a name or an index. */
struct segment {
    bool is_index;
    uint64_t index;
    struct text name;
};

static bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool take_name(struct scan *path, struct segment *segment) {
    if (!is_name_start(scan_peek(path))) return false;
    while (is_name_start(scan_peek(path)) ||
           (scan_peek(path) >= '0' && scan_peek(path) <= '9')) {
        text_add_char(&segment->name, *path->at++);
    }
    return true;
}

static bool take_quoted(struct scan *path, char quote, struct segment *segment) {
    while (!scan_done(path)) {
        char c = *path->at++;
        if (c == quote) return scan_char(path, ']');
        if (c == '\\') {
            c = scan_peek(path);
            if (c != quote && c != '\\') return false;
            path->at++;
        }
        text_add_char(&segment->name, c);
    }
    return false;
}

static bool take_index(struct scan *path, struct segment *segment) {
    const char *start = path->at;
    while (scan_peek(path) >= '0' && scan_peek(path) <= '9') path->at++;
    struct slice digits = {.data = start, .length = (size_t)(path->at - start)};
    if (digits.length > 1 && digits.data[0] == '0') return false;
    segment->is_index = true;
    return slice_u64(digits, &segment->index) && scan_char(path, ']');
}

static bool take_segment(struct scan *path, struct segment *segment) {
    if (scan_char(path, '.')) return take_name(path, segment);
    if (!scan_char(path, '[')) return false;
    if (scan_char(path, '\'')) return take_quoted(path, '\'', segment);
    if (scan_char(path, '"')) return take_quoted(path, '"', segment);
    return take_index(path, segment);
}

static bool malformed(struct slice path, size_t at, struct error *err) {
    return error_set(
        err, ERROR_SYNTAX,
        "path \"%.*s\" cannot be read at character %zu: it is made of $, .name, "
        "['name'] and [0]",
        (int)(path.length > 100 ? 100 : path.length), path.data, at + 1);
}

bool node_find(
    const struct node *root, struct slice path, const struct node **found,
    struct error *err) {
    struct scan scan = scan_of(path);
    if (path.length > NODE_PATH_MAX) {
        return error_set(err, ERROR_LIMIT, "path longer than %d", NODE_PATH_MAX);
    }
    if (!scan_char(&scan, '$')) return malformed(path, 0, err);

    const struct node *at = root;
    char name[NODE_PATH_MAX + 1];
    while (!scan_done(&scan)) {
        size_t start = (size_t)(scan.at - path.data);
        struct segment segment = {.name = TEXT_IN(name)};
        if (!take_segment(&scan, &segment)) return malformed(path, start, err);
        struct slice key = {.data = name, .length = segment.name.length};
        at = segment.is_index ? node_at(at, segment.index) : get_slice(at, key);
    }
    *found = at;
    return true;
}

bool node_text(const struct node *node, char *to, size_t size) {
    if (!node || node->kind != NODE_STRING) return false;
    struct slice string = node->string;
    if (string.length >= size) return false;
    if (string.length > 0 && memchr(string.data, '\0', string.length)) return false;
    if (string.length > 0) memcpy(to, string.data, string.length);
    to[string.length] = '\0';
    return true;
}

bool node_string(const struct node *map, const char *key, char *to, size_t size) {
    return node_text(node_get(map, key), to, size);
}

static bool take_digits(struct scan *scan) {
    const char *start = scan->at;
    while (scan_peek(scan) >= '0' && scan_peek(scan) <= '9') scan->at++;
    return scan->at > start;
}

bool node_take_number(struct scan *scan) {
    scan_char(scan, '-');
    if (!scan_char(scan, '0') && !take_digits(scan)) return false;
    if (scan_char(scan, '.') && !take_digits(scan)) return false;
    if (!scan_char(scan, 'e') && !scan_char(scan, 'E')) return true;
    if (!scan_char(scan, '+')) scan_char(scan, '-');
    return take_digits(scan);
}

/* A plain YAML scalar is a number when JSON would write it so: 3, -0.5, 1e3. */
static bool plain_number(struct slice string, double *value) {
    char copy[NUMBER_SIZE];
    struct scan scan = scan_of(string);
    if (string.length >= sizeof copy) return false;
    if (!node_take_number(&scan) || !scan_done(&scan)) return false;
    memcpy(copy, string.data, string.length);
    copy[string.length] = '\0';
    double number = strtod(copy, NULL);
    if (!isfinite(number)) return false;
    *value = number;
    return true;
}

bool node_as_number(const struct node *node, double *value) {
    if (!node) return false;
    if (node->kind == NODE_STRING && !node->quoted) {
        return plain_number(node->string, value);
    }
    if (node->kind != NODE_NUMBER) return false;
    *value = node->number;
    return true;
}

bool node_number(const struct node *map, const char *key, double *value) {
    return node_as_number(node_get(map, key), value);
}

/* Exact for whatever is written as an integer; 1e3 and 2.0 pass through a double. */
static bool whole_number(const struct node *node, int64_t *value) {
    double number = 0;
    if (!node_as_number(node, &number)) return false;
    if (slice_i64(node->string, value)) return true;
    if (fabs(number) > 9007199254740992.0 || number != trunc(number)) return false;
    *value = (int64_t)number;
    return true;
}

bool node_integer(
    const struct node *map, const char *key, int64_t least, int64_t most,
    int64_t *value) {
    int64_t whole = 0;
    if (!whole_number(node_get(map, key), &whole)) return false;
    if (whole < least || whole > most) return false;
    *value = whole;
    return true;
}

bool node_as_bool(const struct node *node, bool *value) {
    if (!node) return false;
    if (node->kind == NODE_BOOL) {
        *value = node->boolean;
        return true;
    }
    if (node->kind != NODE_STRING || node->quoted) return false;
    bool is_true = slice_equals(node->string, "true");
    if (!is_true && !slice_equals(node->string, "false")) return false;
    *value = is_true;
    return true;
}

bool node_bool(const struct node *map, const char *key, bool *value) {
    return node_as_bool(node_get(map, key), value);
}

const char *node_kind_name(enum node_kind kind) {
    static const char *const names[] = {
        [NODE_NULL] = "null",     [NODE_BOOL] = "bool", [NODE_NUMBER] = "number",
        [NODE_STRING] = "string", [NODE_LIST] = "list", [NODE_MAP] = "map",
    };
    return names[kind];
}
