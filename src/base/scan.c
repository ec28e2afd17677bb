/* SPDX-License-Identifier: MIT */
#include "base/scan.h"

#include <string.h>

struct slice slice_of(const char *string) {
    return (struct slice){.data = string, .length = strlen(string)};
}

bool slice_equals(struct slice slice, const char *string) {
    size_t length = strlen(string);
    if (slice.length != length) return false;
    return length == 0 || memcmp(slice.data, string, length) == 0;
}

bool slice_starts_with(struct slice slice, const char *prefix) {
    size_t length = strlen(prefix);
    if (slice.length < length) return false;
    return length == 0 || memcmp(slice.data, prefix, length) == 0;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

struct slice slice_trim(struct slice slice) {
    while (slice.length > 0 && is_blank(slice.data[0])) {
        slice.data++;
        slice.length--;
    }
    while (slice.length > 0 && is_blank(slice.data[slice.length - 1])) slice.length--;
    return slice;
}

bool slice_u64(struct slice slice, uint64_t *value) {
    if (slice.length == 0) return false;
    uint64_t sum = 0;
    for (size_t i = 0; i < slice.length; i++) {
        if (slice.data[i] < '0' || slice.data[i] > '9') return false;
        uint64_t digit = (uint64_t)(slice.data[i] - '0');
        if (sum > (UINT64_MAX - digit) / 10) return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

bool slice_i64(struct slice slice, int64_t *value) {
    bool negative = slice.length > 0 && slice.data[0] == '-';
    if (negative) {
        slice.data++;
        slice.length--;
    }
    uint64_t size = 0;
    if (!slice_u64(slice, &size)) return false;
    if (size > (uint64_t)INT64_MAX) return false;
    *value = negative ? -(int64_t)size : (int64_t)size;
    return true;
}

struct scan scan_of(struct slice slice) {
    /* Nothing may have no memory, to which not even nothing may be added. */
    const char *end = slice.length > 0 ? slice.data + slice.length : slice.data;
    return (struct scan){.at = slice.data, .end = end};
}

bool scan_done(const struct scan *scan) {
    return scan->at == scan->end;
}

struct slice scan_rest(const struct scan *scan) {
    return (struct slice){.data = scan->at, .length = (size_t)(scan->end - scan->at)};
}

char scan_peek(const struct scan *scan) {
    return scan_done(scan) ? '\0' : *scan->at;
}

bool scan_char(struct scan *scan, char c) {
    if (scan_done(scan) || *scan->at != c) return false;
    scan->at++;
    return true;
}

bool scan_literal(struct scan *scan, const char *literal) {
    if (!slice_starts_with(scan_rest(scan), literal)) return false;
    scan->at += strlen(literal);
    return true;
}

void scan_blanks(struct scan *scan) {
    while (!scan_done(scan) && is_blank(*scan->at)) scan->at++;
}

struct slice scan_until(struct scan *scan, char stop) {
    struct slice rest = scan_rest(scan);
    const char *found = rest.length ? memchr(rest.data, stop, rest.length) : NULL;
    if (!found) {
        scan->at = scan->end;
        return rest;
    }
    scan->at = found + 1;
    return (struct slice){.data = rest.data, .length = (size_t)(found - rest.data)};
}

bool scan_line(struct scan *scan, struct slice *line) {
    if (scan_done(scan)) return false;
    *line = scan_until(scan, '\n');
    if (line->length > 0 && line->data[line->length - 1] == '\r') line->length--;
    return true;
}

bool scan_word(struct scan *scan, struct slice *word) {
    scan_blanks(scan);
    if (scan_done(scan)) return false;
    const char *start = scan->at;
    while (!scan_done(scan) && !is_blank(*scan->at)) scan->at++;
    *word = (struct slice){.data = start, .length = (size_t)(scan->at - start)};
    return true;
}
