/* SPDX-License-Identifier: MIT */
#include "core/template.h"

#include <string.h>

#include "core/node.h"

static bool is_name(struct slice name) {
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        if (!letter && !(c >= '0' && c <= '9' && i > 0)) return false;
    }
    return name.length > 0;
}

static struct slice take_literal(struct scan *text) {
    struct slice rest = scan_rest(text);
    const char *found = memmem(rest.data, rest.length, "${", 2);
    if (found) rest.length = (size_t)(found - rest.data);
    text->at += rest.length;
    return rest;
}

/* A path may hold braces in quotes; nothing else does. */
static struct slice take_words(struct scan *text) {
    const char *start = text->at;
    char quote = '\0';
    while (!scan_done(text)) {
        char c = *text->at;
        if (quote == '\0' && c == '}') break;
        if (quote == '\0' && (c == '\'' || c == '"')) {
            quote = c;
        } else if (c == quote) {
            quote = '\0';
        }
        text->at++;
    }
    return (struct slice){.data = start, .length = (size_t)(text->at - start)};
}

static bool classify(struct template_piece *piece, struct error *err) {
    struct slice words = piece->words;
    const struct node *found = NULL;
    if (slice_starts_with(words, "env:") || slice_starts_with(words, "file:")) {
        piece->kind = TEMPLATE_SECRET;
        return true;
    }
    if (slice_starts_with(words, "$")) {
        piece->kind = TEMPLATE_PATH;
        return node_find(NULL, words, &found, err);
    }
    piece->kind = TEMPLATE_NAME;
    if (is_name(words)) return true;
    return error_set(
        err, ERROR_SYNTAX,
        "\"${%.*s}\": expected a variable, env:NAME, file:PATH or a path like $.job_id",
        (int)(words.length > 64 ? 64 : words.length), words.data);
}

bool template_next(struct scan *text, struct template_piece *piece, struct error *err) {
    if (scan_done(text)) return false;
    if (!scan_literal(text, "${")) {
        piece->kind = TEMPLATE_LITERAL;
        piece->words = take_literal(text);
        return true;
    }
    piece->words = take_words(text);
    if (!scan_char(text, '}')) {
        return error_set(err, ERROR_SYNTAX, "\"${\" without its \"}\"");
    }
    return classify(piece, err);
}
