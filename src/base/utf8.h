/* UTF-8 in and out, and how many cells a character takes. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"

enum { UTF8_REPLACEMENT = 0xFFFD, UTF8_SIZE_MAX = 4 };

/* Takes one character. False for malformed bytes (one is taken): overlong, surrogate,
 * cut short, past U+10FFFF. */
bool utf8_next(struct scan *scan, uint32_t *rune);

/* Writes `rune` and returns its length, 1 to 4. */
unsigned utf8_put(char out[UTF8_SIZE_MAX], uint32_t rune);

bool utf8_valid(struct slice slice);

/* Cells on a terminal: 0 for combining and invisible characters, 2 for wide ones. */
unsigned utf8_width(uint32_t rune);

/* Cells of a whole string. */
unsigned utf8_string_width(const char *string);
