/* SPDX-License-Identifier: MIT */
#include "core/reference.h"

#include <string.h>

static bool is_name(struct slice name) {
    if (name.length == 0 || (name.data[0] >= '0' && name.data[0] <= '9')) return false;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        if (!letter && !(c >= '0' && c <= '9')) return false;
    }
    return true;
}

static struct slice take_literal(struct scan *value) {
    const char *start = value->at;
    while (!scan_done(value)) {
        struct scan ahead = *value;
        if (scan_literal(&ahead, "${")) break;
        value->at++;
    }
    return (struct slice){.data = start, .length = (size_t)(value->at - start)};
}

static bool take_reference(
    struct scan *value, struct reference *piece, struct error *err) {
    const char *end = memchr(value->at, '}', (size_t)(value->end - value->at));
    if (!end) return error_set(err, ERROR_SYNTAX, "\"${\" without its \"}\"");
    piece->kind = REFERENCE_LITERAL;
    if (scan_literal(value, "env:")) {
        piece->kind = REFERENCE_ENV;
        piece->words = scan_until(value, '}');
        if (is_name(piece->words)) return true;
        return error_set(
            err, ERROR_SYNTAX, "${env:NAME}: a name has letters, digits and _");
    }
    if (scan_literal(value, "file:")) {
        piece->kind = REFERENCE_FILE;
        piece->words = scan_until(value, '}');
        if (slice_starts_with(piece->words, "/")) return true;
        return error_set(err, ERROR_SYNTAX, "${file:PATH}: the path must be absolute");
    }
    return error_set(
        err, ERROR_SYNTAX, "\"${\": only ${env:NAME} and ${file:PATH} are known here");
}

bool reference_next(struct scan *value, struct reference *piece, struct error *err) {
    if (scan_done(value)) return false;
    if (scan_literal(value, "${")) return take_reference(value, piece, err);
    piece->kind = REFERENCE_LITERAL;
    piece->words = take_literal(value);
    return true;
}

bool reference_check(struct slice value, struct error *err) {
    struct scan scan = scan_of(value);
    struct reference piece = {0};
    struct error problem = {0};
    while (reference_next(&scan, &piece, &problem)) continue;
    if (problem.code == ERROR_NONE) return true;
    *err = problem;
    return false;
}

bool reference_has(struct slice value, enum reference_kind kind) {
    struct scan scan = scan_of(value);
    struct reference piece = {0};
    struct error problem = {0};
    while (reference_next(&scan, &piece, &problem)) {
        if (piece.kind == kind) return true;
    }
    return false;
}
