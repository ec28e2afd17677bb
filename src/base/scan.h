/* Reading text without copying it: a slice is some bytes, a scan walks over them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
    const char *data; /* borrowed, not terminated */
    size_t length;
};

struct slice slice_of(const char *string);
bool slice_equals(struct slice slice, const char *string);
bool slice_starts_with(struct slice slice, const char *prefix);
struct slice slice_trim(struct slice slice); /* without blanks and tabs at either end */

/* The whole slice as a number; false, output untouched, for anything else. */
bool slice_u64(struct slice slice, uint64_t *value);
bool slice_i64(struct slice slice, int64_t *value);

struct scan {
    const char *at;
    const char *end;
};

struct scan scan_of(struct slice slice);
bool scan_done(const struct scan *scan);
struct slice scan_rest(const struct scan *scan);

/* The next character without taking it; 0 at the end. */
char scan_peek(const struct scan *scan);

/* Take what is named and say whether it was there. */
bool scan_char(struct scan *scan, char c);
bool scan_literal(struct scan *scan, const char *literal);

/* Takes blanks and tabs. */
void scan_blanks(struct scan *scan);

/* Takes up to `stop`, which is taken too but not returned; all the rest without one. */
struct slice scan_until(struct scan *scan, char stop);

/* The next line without its LF or CRLF; false at the end. */
bool scan_line(struct scan *scan, struct slice *line);

/* The next run of characters that are neither blank nor tab; false at the end. */
bool scan_word(struct scan *scan, struct slice *word);
