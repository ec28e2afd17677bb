/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"

enum { FIRST_CAPACITY = 256 };

void buffer_init(struct buffer *buffer, size_t limit_bytes) {
    *buffer = (struct buffer){.limit = limit_bytes};
}

void buffer_clear(struct buffer *buffer) {
    free(buffer->data);
    buffer_init(buffer, buffer->limit);
}

void buffer_reset(struct buffer *buffer) {
    buffer->length = 0;
    buffer->overflow = false;
}

/* Room for `extra` more bytes and a NUL. */
static bool make_room(struct buffer *buffer, size_t extra) {
    if (extra > buffer->limit - buffer->length) {
        buffer->overflow = true;
        return false;
    }
    size_t wanted = buffer->length + extra + 1;
    if (wanted <= buffer->capacity) return true;

    size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
    while (capacity < wanted) capacity *= 2;
    buffer->data = memory_resize(buffer->data, capacity);
    buffer->capacity = capacity;
    return true;
}

bool buffer_add(struct buffer *buffer, const void *bytes, size_t length) {
    if (!make_room(buffer, length)) return false;
    if (length > 0) memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    return true;
}

bool buffer_add_string(struct buffer *buffer, const char *string) {
    return buffer_add(buffer, string, strlen(string));
}

bool buffer_add_char(struct buffer *buffer, char c) {
    return buffer_add(buffer, &c, 1);
}

bool buffer_addf(struct buffer *buffer, const char *words, ...) {
    /* Mostly there is room for it already. */
    size_t room = buffer->capacity - buffer->length;
    va_list args;
    va_start(args, words);
    int length =
        vsnprintf(room > 0 ? buffer->data + buffer->length : NULL, room, words, args);
    va_end(args);
    ensure(length >= 0);
    if (!make_room(buffer, (size_t)length)) return false;
    if ((size_t)length < room) {
        buffer->length += (size_t)length;
        return true;
    }
    va_start(args, words);
    vsnprintf(buffer->data + buffer->length, (size_t)length + 1, words, args);
    va_end(args);
    buffer->length += (size_t)length;
    return true;
}

void buffer_consume(struct buffer *buffer, size_t length) {
    ensure(length <= buffer->length);
    buffer->length -= length;
    if (buffer->length == 0) return;
    memmove(buffer->data, buffer->data + length, buffer->length);
}

struct slice buffer_slice(const struct buffer *buffer) {
    return (struct slice){
        .data = buffer->data ? buffer->data : "", .length = buffer->length};
}

const char *buffer_string(struct buffer *buffer) {
    if (!buffer->data) return "";
    buffer->data[buffer->length] = '\0';
    return buffer->data;
}
