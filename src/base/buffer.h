/* Bytes that grow up to a named limit; past it they are refused, never resized. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/scan.h"

struct buffer {
    char *data; /* owned; not terminated */
    size_t length;
    size_t capacity;
    size_t limit;  /* the most it may hold */
    bool overflow; /* something was refused */
};

void buffer_init(struct buffer *buffer, size_t limit_bytes);
void buffer_clear(struct buffer *buffer); /* frees; reusable with the same limit */
void buffer_reset(struct buffer *buffer); /* empties, keeps the memory */

/* False, with `overflow` set and nothing added, when it would pass the limit. */
bool buffer_add(struct buffer *buffer, const void *bytes, size_t length);
bool buffer_add_string(struct buffer *buffer, const char *string);
bool buffer_add_char(struct buffer *buffer, char c);
bool buffer_addf(struct buffer *buffer, const char *words, ...)
    __attribute__((format(printf, 2, 3)));

/* Forgets the first `length` bytes. */
void buffer_consume(struct buffer *buffer, size_t length);

struct slice buffer_slice(const struct buffer *buffer);

/* The bytes with a NUL behind them; borrowed until the next change. */
const char *buffer_string(struct buffer *buffer);
