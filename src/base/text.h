/* A bounded string under construction: always terminated, and it remembers a cut. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/scan.h"

struct text {
    char *data;  /* borrowed; NUL-terminated at `length` */
    size_t size; /* bytes at `data`, at least 1 */
    size_t length;
    bool truncated; /* something did not fit */
};

/* Empty text in `data`, which has `size` bytes. */
struct text text_in(char *data, size_t size);

/* For arrays: struct text line = TEXT_IN(buffer); */
#define TEXT_IN(array) text_in((array), sizeof(array))

void text_add(struct text *text, const char *string);
void text_add_char(struct text *text, char c);
void text_add_slice(struct text *text, struct slice slice);
void text_addf(struct text *text, const char *words, ...)
    __attribute__((format(printf, 2, 3)));
void text_reset(struct text *text);

/* Copies a whole string into a fixed array; false, and an empty array, when it does not
 * fit. */
bool text_copy(char *to, size_t size, const char *from);

/* Copies what fits without cutting a UTF-8 sequence in two. */
void text_copy_cut(char *to, size_t size, const char *from);
