/* SPDX-License-Identifier: MIT */
#include "actions/smoke_fill.h"

#include <string.h>

#include "base/json_writer.h"
#include "core/template.h"

static bool add_json(struct buffer *to, struct slice value) {
    struct buffer quoted;
    buffer_init(&quoted, to->limit);
    struct json_writer json = json_writer_to(&quoted);
    json_slice(&json, value);
    bool added = !quoted.overflow && quoted.length >= 2 &&
                 buffer_add(to, quoted.data + 1, quoted.length - 2);
    buffer_clear(&quoted);
    return added;
}

static bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c));
}

static bool add_encoded(struct buffer *to, struct slice value) {
    bool added = true;
    for (size_t i = 0; i < value.length && added; i++) {
        char c = value.data[i];
        added = is_unreserved(c)
                    ? buffer_add_char(to, c)
                    : buffer_addf(to, "%%%02X", (unsigned)(unsigned char)c);
    }
    return added;
}

bool smoke_add_value(struct buffer *to, struct slice value, enum smoke_place place) {
    switch (place) {
    case SMOKE_IN_TEXT: return buffer_add(to, value.data, value.length);
    case SMOKE_IN_JSON: return add_json(to, value);
    case SMOKE_IN_PATH: return add_encoded(to, value);
    }
    return false;
}

static bool equal(struct slice a, struct slice b) {
    return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

static bool find_name(
    const struct smoke_values *values, struct slice name, struct slice *value) {
    const struct node *variables = smoke_plan_checks(values->plan)->variables;
    for (const struct node *at = variables ? variables->first : NULL; at;
         at = at->next) {
        if (!equal(at->key, name)) continue;
        *value = at->string;
        return true;
    }
    bool chat = values->user != NULL;
    if (slice_equals(name, "run_id")) {
        *value = slice_of(values->run_id);
    } else if (chat && slice_equals(name, "user")) {
        *value = slice_of(values->user);
    } else if (chat && slice_equals(name, "message")) {
        *value = values->message;
    } else {
        return false;
    }
    return true;
}

static bool find_path(
    const struct smoke_values *values, struct slice path, struct slice *value,
    struct error *err) {
    const struct node *found = NULL;
    if (!node_find(values->answer, path, &found, err)) return false;
    if (found && (found->kind == NODE_STRING || found->kind == NODE_NUMBER)) {
        *value = found->string;
        return true;
    }
    return error_set(
        err, ERROR_NOT_FOUND, "the answer before has no single value at %.*s",
        (int)path.length, path.data);
}

static bool find_value(
    const struct smoke_values *values, const struct template_piece *piece,
    struct slice *value, struct error *err) {
    bool found = false;
    switch (piece->kind) {
    case TEMPLATE_LITERAL: *value = piece->words; return true;
    case TEMPLATE_PATH: return find_path(values, piece->words, value, err);
    case TEMPLATE_NAME: found = find_name(values, piece->words, value); break;
    case TEMPLATE_SECRET:
        found = smoke_plan_secret(values->plan, piece->words, value);
        break;
    }
    if (found) return true;
    return error_set(
        err, ERROR_NOT_FOUND, "nothing is known as ${%.*s}", (int)piece->words.length,
        piece->words.data);
}

/* What stands in a preview instead of a value that is secret or not known yet. */
static bool add_stand_in(const struct template_piece *piece, struct buffer *to) {
    if (piece->kind == TEMPLATE_SECRET) return buffer_add_string(to, "***");
    return buffer_addf(to, "${%.*s}", (int)piece->words.length, piece->words.data);
}

static bool needs_stand_in(const struct template_piece *piece) {
    switch (piece->kind) {
    case TEMPLATE_LITERAL: return false;
    case TEMPLATE_NAME: return slice_equals(piece->words, "run_id");
    case TEMPLATE_SECRET:
    case TEMPLATE_PATH: break;
    }
    return true;
}

static bool add_piece(
    const struct smoke_values *values, const struct template_piece *piece,
    enum smoke_place place, struct buffer *to, struct error *err) {
    struct slice value = {0};
    bool added = false;
    if (values->preview && needs_stand_in(piece)) {
        added = add_stand_in(piece, to);
    } else if (find_value(values, piece, &value, err)) {
        bool literal = piece->kind == TEMPLATE_LITERAL;
        added = smoke_add_value(to, value, literal ? SMOKE_IN_TEXT : place);
    } else {
        return false;
    }
    return added || error_set(err, ERROR_LIMIT, "longer than %zu bytes", to->limit);
}

bool smoke_fill(
    const struct smoke_values *values, struct slice text, enum smoke_place place,
    struct buffer *to, struct error *err) {
    struct scan scan = scan_of(text);
    struct template_piece piece;
    struct error problem = {0};
    while (template_next(&scan, &piece, &problem)) {
        if (!add_piece(values, &piece, place, to, err)) return false;
    }
    if (problem.code == ERROR_NONE) return true;
    *err = problem;
    return false;
}
