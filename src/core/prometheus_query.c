/* SPDX-License-Identifier: MIT */
#include "core/prometheus_query.h"

#include <inttypes.h>
#include <string.h>

#include "core/aliases.h"

enum { QUERY_SIZE = 1280 };

/* --- the selector --- */

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static void skip_space(struct scan *scan) {
    while (scan_char(scan, ' ')) continue;
}

static struct slice take_name(struct scan *scan) {
    struct slice rest = scan_rest(scan);
    size_t length = 0;
    while (length < rest.length) {
        char c = rest.data[length];
        bool is_digit = c >= '0' && c <= '9';
        if (!is_letter(c) && !(is_digit && length > 0)) break;
        length++;
    }
    scan->at += length;
    return (struct slice){rest.data, length};
}

static bool take_operator(struct scan *scan) {
    static const char *const operators[] = {"=~", "!~", "!=", "="};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (scan_literal(scan, operators[i])) return true;
    }
    return false;
}

/* In double quotes; what stands behind a backslash is left to the server. */
static bool take_value(struct scan *scan) {
    if (!scan_char(scan, '"')) return false;
    struct slice rest = scan_rest(scan);
    for (size_t i = 0; i < rest.length; i++) {
        if (rest.data[i] == '\\') {
            i++;
        } else if (rest.data[i] == '"') {
            scan->at += i + 1;
            return true;
        }
    }
    return false;
}

static bool take_matcher(struct scan *scan, struct error *err) {
    skip_space(scan);
    struct slice name = take_name(scan);
    if (name.length == 0) {
        return error_set(err, ERROR_USAGE, "a label's name is missing");
    }
    if (slice_equals(name, "__name__")) {
        return error_set(err, ERROR_USAGE, "__name__ is added by itself");
    }
    skip_space(scan);
    int length = (int)name.length;
    if (!take_operator(scan)) {
        return error_set(
            err, ERROR_USAGE, "%.*s: expected =, !=, =~ or !~", length, name.data);
    }
    skip_space(scan);
    if (!take_value(scan)) {
        return error_set(
            err, ERROR_USAGE, "%.*s: expected a value in double quotes", length,
            name.data);
    }
    skip_space(scan);
    return true;
}

bool prometheus_selector_check(struct slice selector, struct error *err) {
    struct scan scan = scan_of(selector);
    if (!scan_char(&scan, '{')) {
        return error_set(err, ERROR_USAGE, "expected a selector like {job=\"agent\"}");
    }
    do {
        if (!take_matcher(&scan, err)) return false;
    } while (scan_char(&scan, ','));
    if (!scan_char(&scan, '}')) {
        return error_set(err, ERROR_USAGE, "expected \",\" or \"}\" behind a matcher");
    }
    if (scan_done(&scan)) return true;
    return error_set(err, ERROR_USAGE, "nothing may stand behind \"}\"");
}

/* --- the query --- */

static const enum meaning asked_for[] = {
    MEANING_REQUESTS,  MEANING_FAILED,  MEANING_ERRORS,
    MEANING_UNDECIDED, MEANING_LATENCY, MEANING_START_TIME,
};

static bool is_asked_for(enum meaning meaning) {
    for (size_t i = 0; i < sizeof asked_for / sizeof *asked_for; i++) {
        if (asked_for[i] == meaning) return true;
    }
    return false;
}

/* Rows with the same name stand together. */
static void add_names(struct text *to, bool histograms) {
    size_t count;
    const struct alias *rows = aliases_rows(&count);
    const char *last = "";
    bool is_first = true;
    for (size_t i = 0; i < count; i++) {
        bool is_histogram = meaning_kind(rows[i].meaning) == MEANING_HISTOGRAM;
        if (!is_asked_for(rows[i].meaning) || is_histogram != histograms) continue;
        if (strcmp(rows[i].name, last) == 0) continue;
        last = rows[i].name;
        text_addf(to, "%s%s", is_first ? "" : "|", last);
        is_first = false;
    }
}

void prometheus_query_add(struct text *to, const char *selector, uint32_t window_s) {
    size_t length = strlen(selector);
    text_add_slice(to, (struct slice){selector, length > 0 ? length - 1 : 0});
    text_add(to, ",__name__=~\"up|");
    add_names(to, false);
    text_add(to, "|(");
    add_names(to, true);
    text_addf(to, ")_(bucket|count)\"}[%" PRIu32 "s]", window_s);
}

static void add_escaped(struct text *url, const char *words) {
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *words; words++) {
        if (strchr(plain, *words)) {
            text_add_char(url, *words);
        } else {
            text_addf(url, "%%%02X", (unsigned)(unsigned char)*words);
        }
    }
}

void prometheus_query_add_url(
    struct text *to, const char *server, const char *selector, uint32_t window_s) {
    char query_data[QUERY_SIZE];
    struct text query = TEXT_IN(query_data);
    size_t length = strlen(server);
    while (length > 0 && server[length - 1] == '/') length--;
    prometheus_query_add(&query, selector, window_s);
    text_add_slice(to, (struct slice){server, length});
    text_add(to, "/api/v1/query?timeout=4s&query=");
    add_escaped(to, query_data);
}
