/* SPDX-License-Identifier: MIT */
#include "core/json_reader.h"

#include <stddef.h>
#include <string.h>

#include "base/utf8.h"
#include "core/node.h"

/* Strings */

static bool take_hex4(struct scan *scan, uint32_t *unit) {
    uint32_t sum = 0;
    for (int i = 0; i < 4; i++) {
        char c = scan_peek(scan);
        uint32_t digit = 0;
        if (c >= '0' && c <= '9') {
            digit = (uint32_t)(c - '0');
        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            digit = (uint32_t)((c | 0x20) - 'a' + 10);
        } else {
            return false;
        }
        sum = sum * 16 + digit;
        scan->at++;
    }
    *unit = sum;
    return true;
}

static bool is_surrogate(uint32_t unit, uint32_t first) {
    return unit >= first && unit < first + 0x400;
}

static const char *take_unit(struct scan *scan) {
    static const char no_digits[] = "\\u needs four hex digits";
    static const char no_pair[] = "half a surrogate pair";
    uint32_t unit = 0;
    if (!take_hex4(scan, &unit)) return no_digits;
    if (unit == 0) return "\\u0000 in a string";
    if (is_surrogate(unit, 0xDC00)) return no_pair;
    if (!is_surrogate(unit, 0xD800)) return NULL;
    if (!scan_literal(scan, "\\u")) return no_pair;
    if (!take_hex4(scan, &unit)) return no_digits;
    return is_surrogate(unit, 0xDC00) ? NULL : no_pair;
}

/* Behind a backslash. */
static const char *take_escape(struct scan *scan) {
    char c = scan_peek(scan);
    if (c == '\0' || !strchr("\"\\/bfnrtu", c)) return "unknown escape";
    scan->at++;
    return c == 'u' ? take_unit(scan) : NULL;
}

/* Most of a string needs no second look. */
static bool is_plain(char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

static void skip_plain(struct scan *scan) {
    while (scan->at < scan->end && is_plain(*scan->at)) scan->at++;
}

/* A character that is not plain, or an escape. */
static const char *take_odd(struct scan *scan) {
    uint32_t rune = 0;
    if (scan_char(scan, '\\')) return take_escape(scan);
    struct scan before = *scan;
    if (!utf8_next(scan, &rune)) {
        *scan = before;
        return "not valid UTF-8";
    }
    return rune < ' ' ? "control character in a string" : NULL;
}

const char *json_take_string(struct scan *scan) {
    const char *wrong = NULL;
    skip_plain(scan);
    while (!wrong && !scan_char(scan, '"')) {
        wrong = scan_done(scan) ? "a string does not end" : take_odd(scan);
        if (!wrong) skip_plain(scan);
    }
    return wrong;
}

/* Tokens */

struct json_reader json_reader_of(struct slice text) {
    return (struct json_reader){.scan = scan_of(text)};
}

static enum json_token be_wrong(struct json_reader *reader) {
    reader->place = JSON_IS_WRONG;
    return JSON_WRONG;
}

static void skip_space(struct scan *scan) {
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' ||
                                    *scan->at == '\n' || *scan->at == '\r')) {
        scan->at++;
    }
}

static bool in_map(const struct json_reader *reader) {
    return reader->depth > 0 && reader->maps >> (reader->depth - 1) & 1;
}

static enum json_token open(struct json_reader *reader, bool is_map) {
    if (reader->depth == JSON_DEPTH_MAX) return be_wrong(reader);
    uint64_t bit = UINT64_C(1) << reader->depth++;
    reader->maps = is_map ? reader->maps | bit : reader->maps & ~bit;
    reader->place = is_map ? JSON_AT_FIRST_KEY : JSON_AT_FIRST;
    return is_map ? JSON_MAP : JSON_LIST;
}

static enum json_token close(struct json_reader *reader) {
    reader->depth--;
    reader->place = JSON_BEHIND_VALUE;
    return JSON_CLOSE;
}

static bool take_words(struct json_reader *reader, struct slice *words) {
    words->data = reader->scan.at;
    if (json_take_string(&reader->scan)) return false;
    words->length = (size_t)(reader->scan.at - words->data) - 1;
    return true;
}

static enum json_token take_key(struct json_reader *reader, struct slice *words) {
    struct slice key;
    if (!scan_char(&reader->scan, '"') || !take_words(reader, &key)) {
        return be_wrong(reader);
    }
    skip_space(&reader->scan);
    if (!scan_char(&reader->scan, ':')) return be_wrong(reader);
    *words = key;
    reader->place = JSON_AT_VALUE;
    return JSON_KEY;
}

static bool take_other(struct scan *scan) {
    static const char *const literals[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
        if (scan_literal(scan, literals[i])) return true;
    }
    return node_take_number(scan);
}

static enum json_token take_value(struct json_reader *reader, struct slice *words) {
    struct scan *scan = &reader->scan;
    if (scan_char(scan, '{')) return open(reader, true);
    if (scan_char(scan, '[')) return open(reader, false);
    reader->place = JSON_BEHIND_VALUE;
    if (!scan_char(scan, '"')) {
        return take_other(scan) ? JSON_OTHER : be_wrong(reader);
    }
    return take_words(reader, words) ? JSON_STRING : be_wrong(reader);
}

/* A comma and what stands behind it, or the end of what is open. */
static enum json_token go_on(struct json_reader *reader, struct slice *words) {
    struct scan *scan = &reader->scan;
    if (reader->depth == 0) return scan_done(scan) ? JSON_END : be_wrong(reader);
    bool is_map = in_map(reader);
    if (scan_char(scan, is_map ? '}' : ']')) return close(reader);
    if (!scan_char(scan, ',')) return be_wrong(reader);
    skip_space(scan);
    return is_map ? take_key(reader, words) : take_value(reader, words);
}

enum json_token json_reader_next(struct json_reader *reader, struct slice *words) {
    *words = (struct slice){.data = "", .length = 0};
    skip_space(&reader->scan);
    switch (reader->place) {
    case JSON_AT_FIRST:
        if (scan_char(&reader->scan, ']')) return close(reader);
        return take_value(reader, words);
    case JSON_AT_VALUE: return take_value(reader, words);
    case JSON_AT_FIRST_KEY:
        if (scan_char(&reader->scan, '}')) return close(reader);
        return take_key(reader, words);
    case JSON_BEHIND_VALUE: return go_on(reader, words);
    case JSON_IS_WRONG: break;
    }
    return JSON_WRONG;
}

bool json_reader_pass(struct json_reader *reader, enum json_token token) {
    if (token == JSON_STRING || token == JSON_OTHER) return true;
    if (token != JSON_MAP && token != JSON_LIST) return false;
    uint32_t outside = reader->depth - 1;
    struct slice words;
    while (reader->depth > outside) {
        if (json_reader_next(reader, &words) == JSON_WRONG) return false;
    }
    return true;
}
