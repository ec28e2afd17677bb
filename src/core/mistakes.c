/* SPDX-License-Identifier: MIT */
#include "core/mistakes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void mistakes_init(struct mistakes *mistakes, const char *file) {
    *mistakes = (struct mistakes){.file = file};
}

static void add(
    struct mistakes *mistakes, uint32_t line, uint32_t column, const char *words,
    va_list args) {
    if (mistakes->count++ >= MISTAKES_MAX) return;
    struct mistake *mistake = &mistakes->items[mistakes->count - 1];
    mistake->line = line;
    mistake->column = column;
    vsnprintf(mistake->words, sizeof mistake->words, words, args);
}

void mistakes_add(
    struct mistakes *mistakes, const struct node *at, const char *words, ...) {
    va_list args;
    va_start(args, words);
    add(mistakes, at->line, at->column, words, args);
    va_end(args);
}

void mistakes_add_at_key(
    struct mistakes *mistakes, const struct node *at, const char *words, ...) {
    bool has_key = at->key_line > 0;
    va_list args;
    va_start(args, words);
    add(mistakes, has_key ? at->key_line : at->line,
        has_key ? at->key_column : at->column, words, args);
    va_end(args);
}

bool mistakes_none(const struct mistakes *mistakes, struct error *err) {
    if (mistakes->count == 0) return true;
    const struct mistake *first = &mistakes->items[0];
    error_set(
        err, ERROR_SYNTAX, "%s:%u:%u: %s", mistakes->file, first->line, first->column,
        first->words);
    if (mistakes->count == 1) return false;
    char more[32];
    snprintf(more, sizeof more, " (and %u more)", mistakes->count - 1);
    size_t length = strnlen(err->message, sizeof err->message);
    text_copy_cut(err->message + length, sizeof err->message - length, more);
    return false;
}
