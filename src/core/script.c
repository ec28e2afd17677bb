/* SPDX-License-Identifier: MIT */
#include "core/script.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "core/suggest.h"

enum { SHOWN_SIZE = 48 };

struct set {
    const char *name, *value;
};

struct script {
    uint32_t command_count;
    struct script_command commands[SCRIPT_COMMANDS_MAX];
    uint32_t word_count;
    const char *words[SCRIPT_WORDS_MAX];
    uint32_t set_count;
    struct set sets[SCRIPT_SETS_MAX];
    size_t text_length;
    char text[SCRIPT_TEXT_MAX]; /* all words, each with its NUL */
};

struct parser {
    struct script *script;
    const char *file;
    struct scan scan;
    uint32_t line;          /* of what is read now */
    const char *line_start; /* for the column */
    enum script_part part;
    uint32_t block_line; /* where the open block began */
    struct error *err;
};

static bool fail(struct parser *parser, const char *why) {
    return error_set(
        parser->err, ERROR_SYNTAX, "%s:%u:%u: %s", parser->file, parser->line,
        (unsigned)(parser->scan.at - parser->line_start) + 1, why);
}

/* About a whole line, whose words have been read already. */
static bool fail_line(struct parser *parser, uint32_t line, const char *why) {
    return error_set(parser->err, ERROR_SYNTAX, "%s:%u:1: %s", parser->file, line, why);
}

static bool put(struct parser *parser, char c) {
    struct script *script = parser->script;
    if (script->text_length >= SCRIPT_TEXT_MAX - 1) {
        return fail(parser, "the script's words are longer than 1 MiB");
    }
    script->text[script->text_length++] = c;
    return true;
}

static const char *latest_value(
    const struct script *script, uint32_t set_count, struct slice name) {
    for (uint32_t i = set_count; i > 0; i--) {
        const struct set *set = &script->sets[i - 1];
        if (slice_equals(name, set->name)) return set->value;
    }
    return NULL;
}

static bool unknown_name(struct parser *parser, struct slice name) {
    struct suggest suggest = suggest_for(name);
    char shown[SHOWN_SIZE];
    char why[4 * SHOWN_SIZE];
    struct text text = TEXT_IN(why);
    for (uint32_t i = 0; i < parser->script->set_count; i++) {
        suggest_offer(&suggest, parser->script->sets[i].name);
    }
    safe_text_copy(shown, sizeof shown, name);
    text_addf(&text, "no line above sets ${%s}", shown);
    if (suggest.nearest) text_addf(&text, " (did you mean ${%s}?)", suggest.nearest);
    return fail(parser, why);
}

/* "${NAME}": its value becomes part of the word and is never taken apart again. */
static bool take_variable(struct parser *parser) {
    struct scan ahead = parser->scan;
    scan_literal(&ahead, "${");
    const char *end = memchr(ahead.at, '}', (size_t)(ahead.end - ahead.at));
    const char *line_end = memchr(ahead.at, '\n', (size_t)(ahead.end - ahead.at));
    if (!end || (line_end && line_end < end)) {
        return fail(parser, "\"${\" without its \"}\"");
    }
    struct slice name = {.data = ahead.at, .length = (size_t)(end - ahead.at)};
    const char *value = latest_value(parser->script, parser->script->set_count, name);
    if (!value) return unknown_name(parser, name);
    for (; *value; value++) {
        if (!put(parser, *value)) return false;
    }
    parser->scan.at = end + 1;
    return true;
}

static bool starts_variable(const struct parser *parser) {
    struct scan ahead = parser->scan;
    return scan_literal(&ahead, "${");
}

static void next_line(struct parser *parser) {
    parser->line++;
    parser->line_start = parser->scan.at;
}

/* The character behind a backslash; at the end of a line, the line goes on. */
static bool take_escaped(struct parser *parser) {
    parser->scan.at++;
    scan_char(&parser->scan, '\r');
    if (scan_char(&parser->scan, '\n')) {
        next_line(parser);
        return true;
    }
    if (scan_done(&parser->scan)) {
        return fail(parser, "nothing stands behind the \"\\\"");
    }
    return put(parser, *parser->scan.at++);
}

static bool take_single_quoted(struct parser *parser) {
    struct scan start = parser->scan;
    parser->scan.at++;
    while (scan_peek(&parser->scan) != '\'') {
        if (scan_done(&parser->scan) || scan_peek(&parser->scan) == '\n') {
            parser->scan = start;
            return fail(parser, "the quote is not closed on its line");
        }
        if (!put(parser, *parser->scan.at++)) return false;
    }
    parser->scan.at++;
    return true;
}

static bool take_double_quoted(struct parser *parser) {
    struct scan start = parser->scan;
    parser->scan.at++;
    while (scan_peek(&parser->scan) != '"') {
        char c = scan_peek(&parser->scan);
        bool taken = true;
        if (scan_done(&parser->scan) || c == '\n') {
            parser->scan = start;
            return fail(parser, "the quote is not closed on its line");
        }
        if (c == '\\') {
            taken = take_escaped(parser);
        } else if (starts_variable(parser)) {
            taken = take_variable(parser);
        } else {
            taken = put(parser, *parser->scan.at++);
        }
        if (!taken) return false;
    }
    parser->scan.at++;
    return true;
}

static bool ends_word(struct parser *parser) {
    char c = scan_peek(&parser->scan);
    if (scan_done(&parser->scan) || c == ' ' || c == '\t' || c == '\n') return true;
    struct scan ahead = parser->scan;
    return scan_literal(&ahead, "\r\n");
}

static bool take_piece(struct parser *parser) {
    char c = scan_peek(&parser->scan);
    if (c == '\'') return take_single_quoted(parser);
    if (c == '"') return take_double_quoted(parser);
    if (c == '\\') return take_escaped(parser);
    if (starts_variable(parser)) return take_variable(parser);
    if (c == '\0' || ((unsigned char)c < ' ') || c == 0x7F) {
        return fail(parser, "a control character");
    }
    return put(parser, *parser->scan.at++);
}

static bool take_word(struct parser *parser) {
    struct script *script = parser->script;
    if (script->word_count >= SCRIPT_WORDS_MAX) return fail(parser, "too many words");
    const char *word = script->text + script->text_length;
    while (!ends_word(parser)) {
        if (!take_piece(parser)) return false;
    }
    if (!put(parser, '\0')) return false;
    script->words[script->word_count++] = word;
    return true;
}

static void skip_comment(struct parser *parser) {
    while (!scan_done(&parser->scan) && scan_peek(&parser->scan) != '\n') {
        parser->scan.at++;
    }
}

/* Blanks and continued line ends between words. */
static void skip_blanks(struct parser *parser) {
    for (;;) {
        scan_blanks(&parser->scan);
        struct scan ahead = parser->scan;
        if (!scan_char(&ahead, '\\')) return;
        scan_char(&ahead, '\r');
        if (!scan_char(&ahead, '\n')) return;
        parser->scan = ahead;
        next_line(parser);
    }
}

/* The words of one line, however many lines of the file it takes. */
static bool take_line(struct parser *parser, uint32_t *count) {
    *count = 0;
    for (;;) {
        skip_blanks(parser);
        if (scan_peek(&parser->scan) == '#') skip_comment(parser);
        if (ends_word(parser)) break;
        if (*count == SCRIPT_LINE_WORDS_MAX) {
            return fail(parser, "more than 60 words on a line");
        }
        if (!take_word(parser)) return false;
        ++*count;
    }
    scan_char(&parser->scan, '\r');
    return true;
}

static bool is_name(const char *name) {
    bool first = true;
    for (; *name; name++) {
        bool letter = (*name >= 'a' && *name <= 'z') ||
                      (*name >= 'A' && *name <= 'Z') || *name == '_';
        bool inner = (*name >= '0' && *name <= '9') || *name == '-';
        if (!letter && (first || !inner)) return false;
        first = false;
    }
    return !first;
}

static bool add_set(
    struct parser *parser, uint32_t line, const char *const *words, uint32_t count) {
    struct script *script = parser->script;
    if (count != 3) return fail_line(parser, line, "expected: set NAME VALUE");
    if (!is_name(words[1])) {
        return fail_line(
            parser, line, "set: a name has letters, digits, _ and -, a letter first");
    }
    if (script->set_count == SCRIPT_SETS_MAX) {
        return fail_line(parser, line, "more than 256 `set` lines");
    }
    script->sets[script->set_count++] = (struct set){words[1], words[2]};
    return true;
}

static bool begin_block(struct parser *parser, uint32_t line, enum script_part part) {
    if (parser->part != SCRIPT_MAIN) {
        return fail_line(parser, line, "a block cannot stand inside a block");
    }
    parser->part = part;
    parser->block_line = line;
    return true;
}

static bool end_block(struct parser *parser, uint32_t line) {
    if (parser->part == SCRIPT_MAIN) {
        return fail_line(parser, line, "`end` without `on failure` or `always`");
    }
    parser->part = SCRIPT_MAIN;
    return true;
}

static bool add_command(
    struct parser *parser, uint32_t line, const char *const *words, uint32_t count) {
    struct script *script = parser->script;
    if (script->command_count == SCRIPT_COMMANDS_MAX) {
        return fail_line(parser, line, "more than 1024 commands");
    }
    script->commands[script->command_count++] = (struct script_command){
        .line = line,
        .part = parser->part,
        .word_count = count,
        .words = words,
        .set_count = script->set_count};
    return true;
}

static bool is(const char *const *words, uint32_t count, const char *a, const char *b) {
    if (count != (b ? 2U : 1U) || strcmp(words[0], a) != 0) return false;
    return !b || strcmp(words[1], b) == 0;
}

static bool add_line(
    struct parser *parser, uint32_t line, const char *const *words, uint32_t count) {
    if (is(words, count, "on", "failure")) {
        return begin_block(parser, line, SCRIPT_ON_FAILURE);
    }
    if (is(words, count, "always", NULL)) {
        return begin_block(parser, line, SCRIPT_ALWAYS);
    }
    if (is(words, count, "end", NULL)) return end_block(parser, line);
    if (strcmp(words[0], "on") == 0) {
        return fail_line(parser, line, "expected: on failure");
    }
    if (strcmp(words[0], "set") == 0) return add_set(parser, line, words, count);
    return add_command(parser, line, words, count);
}

static bool parse_all(struct parser *parser) {
    while (!scan_done(&parser->scan)) {
        uint32_t line = parser->line;
        uint32_t count = 0;
        const char *const *words = parser->script->words + parser->script->word_count;
        if (!take_line(parser, &count)) return false;
        if (count > 0 && !add_line(parser, line, words, count)) return false;
        if (scan_char(&parser->scan, '\n')) next_line(parser);
    }
    if (parser->part != SCRIPT_MAIN) {
        return fail_line(parser, parser->block_line, "the block has no `end`");
    }
    if (parser->script->command_count > 0) return true;
    return fail_line(parser, 1, "there is no command in it");
}

struct script *script_parse(struct slice text, const char *file, struct error *err) {
    if (text.length > SCRIPT_BYTES_MAX) {
        error_set(err, ERROR_LIMIT, "%s: larger than 256 KiB", file);
        return NULL;
    }
    struct script *script = memory_new(sizeof *script);
    struct parser parser = {
        .script = script,
        .file = file,
        .scan = scan_of(text),
        .line = 1,
        .line_start = text.data,
        .err = err};
    if (parse_all(&parser)) return script;
    script_free(script);
    return NULL;
}

void script_free(struct script *script) {
    free(script);
}

uint32_t script_command_count(const struct script *script) {
    return script->command_count;
}

const struct script_command *script_command(
    const struct script *script, uint32_t index) {
    return index < script->command_count ? &script->commands[index] : NULL;
}

const char *script_value(
    const struct script *script, const struct script_command *command,
    const char *name) {
    return latest_value(script, command->set_count, slice_of(name));
}

const char *script_part_name(enum script_part part) {
    switch (part) {
    case SCRIPT_MAIN: return "";
    case SCRIPT_ON_FAILURE: return "on failure";
    case SCRIPT_ALWAYS: return "always";
    }
    return "";
}
