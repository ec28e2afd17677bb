/* SPDX-License-Identifier: MIT */
#include "core/schema_value.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/panic.h"
#include "base/redact.h"
#include "base/safe_text.h"
#include "base/units.h"
#include "core/node_json.h"
#include "core/suggest.h"
#include "core/url.h"

enum { SHOWN_SIZE = 64 };

bool schema_kind_is_scalar(enum schema_kind kind) {
    return kind != SCHEMA_OBJECT && kind != SCHEMA_LIST && kind != SCHEMA_MAP;
}

static const char *kind_words(enum schema_kind kind) {
    static const char *const words[] = {
#define X(id, expected) [id] = (expected),
        SCHEMA_KINDS(X)
#undef X
    };
    return words[kind];
}

/* A limit in the unit in which people write the value. */
static void add_limit(
    struct text *text, const struct schema_field *field, double limit) {
    switch (field->kind) {
    case SCHEMA_DURATION: units_add_duration(text, (uint64_t)limit); break;
    case SCHEMA_MILLISECONDS:
        units_add_duration(text, (uint64_t)(limit * (double)NS_PER_MS));
        break;
    case SCHEMA_RATIO: text_addf(text, "%g%%", limit * 100); break;
    case SCHEMA_FACTOR: text_addf(text, "%gx", limit); break;
    case SCHEMA_BYTES: units_add_bytes(text, limit); break;
    case SCHEMA_INTEGER:
    case SCHEMA_NUMBER:
    case SCHEMA_STRING:
    case SCHEMA_TEXT:
    case SCHEMA_URL:
    case SCHEMA_PATH:
    case SCHEMA_FILE:
    case SCHEMA_BOOL:
    case SCHEMA_ENUM:
    case SCHEMA_JSON:
    case SCHEMA_NODE:
    case SCHEMA_OBJECT:
    case SCHEMA_LIST:
    case SCHEMA_MAP: text_addf(text, "%.15g", limit); break;
    }
}

static bool is_text_kind(enum schema_kind kind) {
    return kind == SCHEMA_STRING || kind == SCHEMA_TEXT || kind == SCHEMA_URL ||
           kind == SCHEMA_PATH || kind == SCHEMA_FILE || kind == SCHEMA_JSON;
}

static bool has_limits(const struct schema_field *field) {
    return field->most > field->least ||
           (field->most == field->least && field->most > 0);
}

static void add_words(struct text *text, const struct schema_field *field) {
    for (size_t i = 0; field->words[i]; i++) {
        if (i > 0) text_add(text, field->words[i + 1] ? ", " : " or ");
        text_add(text, field->words[i]);
        if (field->kind == SCHEMA_URL) text_add(text, "://");
    }
}

static void add_expected(struct text *text, const struct schema_field *field) {
    text_add(text, kind_words(field->kind));
    if (field->kind == SCHEMA_URL) text_add(text, " that starts with");
    if (field->words) {
        text_add(text, " ");
        add_words(text, field);
    }
    if (is_text_kind(field->kind)) {
        text_addf(text, " of up to %zu bytes", field->size - 1);
    }
    if (!has_limits(field)) return;
    if (field->least == field->most) {
        text_add(text, " that is ");
        add_limit(text, field, field->least);
        return;
    }
    text_add(text, ", from ");
    add_limit(text, field, field->least);
    text_add(text, " to ");
    add_limit(text, field, field->most);
}

static void add_found(
    struct text *text, const struct schema_field *field, const struct node *node) {
    if (node->kind == NODE_MAP || node->kind == NODE_LIST || node->kind == NODE_NULL) {
        if (node->kind != NODE_NULL) text_add(text, "a ");
        text_add(text, node_kind_name(node->kind));
        return;
    }
    if (node->kind == NODE_BOOL) {
        text_add(text, node->boolean ? "true" : "false");
        return;
    }
    if (node->string.length == 0) {
        text_add(text, "nothing");
        return;
    }
    if (field->secret) {
        text_addf(text, "%zu bytes that are not shown", node->string.length);
        return;
    }
    char shown[SHOWN_SIZE];
    safe_text_copy(shown, sizeof shown, node->string);
    text_add(text, "\"");
    if (field->kind == SCHEMA_URL) {
        redact_add_url(text, shown);
    } else {
        text_add(text, shown);
    }
    text_add(text, node->string.length >= sizeof shown ? "...\"" : "\"");
}

static void add_suggestion(
    struct text *text, const struct schema_field *field, const struct node *node) {
    if (field->kind != SCHEMA_ENUM || node->kind != NODE_STRING) return;
    struct suggest suggest = suggest_for(node->string);
    for (size_t i = 0; field->words[i]; i++) suggest_offer(&suggest, field->words[i]);
    if (suggest.nearest) text_addf(text, " (did you mean \"%s\"?)", suggest.nearest);
}

void schema_value_wrong(
    const struct schema_field *field, const struct node *node,
    struct mistakes *mistakes) {
    char words[MISTAKE_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    if (field->key) text_addf(&text, "%s: ", field->key);
    text_add(&text, "expected ");
    add_expected(&text, field);
    text_add(&text, ", got ");
    add_found(&text, field, node);
    add_suggestion(&text, field, node);
    mistakes_add(mistakes, node, "%s", words);
}

static bool is_control(char c) {
    return (unsigned char)c < 0x20 || c == 0x7F;
}

static bool text_is_clean(struct slice text, bool lines) {
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (lines && (c == '\n' || c == '\t')) continue;
        if (is_control(c)) return false;
    }
    return true;
}

/* What may stand in a URL or its path:
 * nothing that could break out of a request line. */
static bool is_visible_ascii(struct slice text) {
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] <= ' ' || text.data[i] >= 0x7F) return false;
    }
    return true;
}

static bool url_is_valid(const struct schema_field *field, struct slice text) {
    struct url url;
    struct error err;
    if (!url_parse(text, &url, &err)) return false;
    for (size_t i = 0; field->words[i]; i++) {
        if (slice_equals(url.scheme, field->words[i])) return true;
    }
    return false;
}

static bool text_is_valid(const struct schema_field *field, struct slice text) {
    if (text.length == 0) return field->may_be_empty;
    if (text.length >= field->size) return false;
    if (field->kind == SCHEMA_URL) return url_is_valid(field, text);
    if (field->kind == SCHEMA_PATH) {
        return text.data[0] == '/' && is_visible_ascii(text);
    }
    return text_is_clean(text, field->kind == SCHEMA_TEXT);
}

static bool read_text(
    const struct schema_field *field, const struct node *node, char *to) {
    if (node->kind != NODE_STRING || !text_is_valid(field, node->string)) return false;
    if (node->string.length > 0) memcpy(to, node->string.data, node->string.length);
    to[node->string.length] = '\0';
    return true;
}

static bool within(const struct schema_field *field, double value) {
    if (!isfinite(value)) return false;
    return !has_limits(field) || (value >= field->least && value <= field->most);
}

static void store_unsigned(void *to, size_t size, uint64_t value) {
    switch (size) {
    case sizeof(uint8_t): *(uint8_t *)to = (uint8_t)value; break;
    case sizeof(uint16_t): *(uint16_t *)to = (uint16_t)value; break;
    case sizeof(uint32_t): *(uint32_t *)to = (uint32_t)value; break;
    default: ensure(size == sizeof(uint64_t)); *(uint64_t *)to = value;
    }
}

/* A plain scalar: in quotes it is a string and nothing else. */
static bool is_plain(const struct node *node) {
    return node->kind == NODE_NUMBER || (node->kind == NODE_STRING && !node->quoted);
}

static bool read_integer(
    const struct schema_field *field, const struct node *node, void *to) {
    int64_t value = 0;
    if (!is_plain(node) || !slice_i64(node->string, &value)) return false;
    /* A row for a smaller member must say what fits in it. */
    ensure(field->size == sizeof(uint64_t) || (has_limits(field) && field->least >= 0));
    if (!within(field, (double)value)) return false;
    store_unsigned(to, field->size, (uint64_t)value);
    return true;
}

static bool read_number(
    const struct schema_field *field, const struct node *node, double *to) {
    double value = 0;
    if (!node_as_number(node, &value) || !within(field, value)) return false;
    *to = value;
    return true;
}

static bool read_duration(
    const struct schema_field *field, const struct node *node, uint64_t *duration_ns) {
    uint64_t value = 0;
    if (!units_parse_duration(node->string, &value)) return false;
    double in_unit = (double)value;
    if (field->kind == SCHEMA_MILLISECONDS) in_unit /= (double)NS_PER_MS;
    if (!within(field, in_unit)) return false;
    *duration_ns = value;
    return true;
}

static bool read_bytes(
    const struct schema_field *field, const struct node *node, uint64_t *to) {
    uint64_t value = 0;
    if (!units_parse_bytes(node->string, &value)) return false;
    if (!within(field, (double)value)) return false;
    *to = value;
    return true;
}

static bool read_ratio(
    const struct schema_field *field, const struct node *node, double *to) {
    double value = 0;
    if (!units_parse_ratio(node->string, &value) || !within(field, value)) return false;
    *to = value;
    return true;
}

static bool read_factor(
    const struct schema_field *field, const struct node *node, double *to) {
    struct node number = *node;
    if (node->string.length < 2) return false;
    number.string.length--;
    if (node->string.data[number.string.length] != 'x') return false;
    return read_number(field, &number, to);
}

static bool read_enum(
    const struct schema_field *field, const struct node *node, void *to) {
    if (node->kind != NODE_STRING) return false;
    for (size_t i = 0; field->words[i]; i++) {
        if (!slice_equals(node->string, field->words[i])) continue;
        store_unsigned(to, field->size, i);
        return true;
    }
    return false;
}

static bool read_scalar(
    const struct schema_field *field, const struct node *node, void *to) {
    switch (field->kind) {
    case SCHEMA_STRING:
    case SCHEMA_TEXT:
    case SCHEMA_URL:
    case SCHEMA_PATH:
    case SCHEMA_FILE: return read_text(field, node, to);
    case SCHEMA_BOOL: return node_as_bool(node, to);
    case SCHEMA_INTEGER: return read_integer(field, node, to);
    case SCHEMA_NUMBER: return read_number(field, node, to);
    case SCHEMA_DURATION: return read_duration(field, node, to);
    case SCHEMA_MILLISECONDS: {
        uint64_t ns = 0;
        if (!read_duration(field, node, &ns)) return false;
        *(double *)to = (double)ns / (double)NS_PER_MS;
        return true;
    }
    case SCHEMA_BYTES: return read_bytes(field, node, to);
    case SCHEMA_RATIO: return read_ratio(field, node, to);
    case SCHEMA_FACTOR: return read_factor(field, node, to);
    case SCHEMA_ENUM: return read_enum(field, node, to);
    case SCHEMA_JSON: return node_json_text(node, to, field->size);
    case SCHEMA_NODE: *(const struct node **)to = node; return true;
    case SCHEMA_OBJECT:
    case SCHEMA_LIST:
    case SCHEMA_MAP: break;
    }
    return false;
}

bool schema_value_read(
    const struct schema_field *field, const struct node *node, void *to,
    struct mistakes *mistakes) {
    if (read_scalar(field, node, to)) return true;
    schema_value_wrong(field, node, mistakes);
    return false;
}

void schema_value_default(const struct schema_field *field, void *to) {
    struct node node = {.kind = NODE_STRING, .string = slice_of(field->fallback)};
    ensure(read_scalar(field, &node, to));
}
