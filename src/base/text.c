/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/panic.h"

struct text text_in(char *data, size_t size) {
    ensure(size > 0);
    data[0] = '\0';
    return (struct text){.data = data, .size = size};
}

void text_add(struct text *text, const char *string) {
    text_add_slice(text, slice_of(string));
}

void text_add_char(struct text *text, char c) {
    text_add_slice(text, (struct slice){.data = &c, .length = 1});
}

void text_add_slice(struct text *text, struct slice slice) {
    size_t room = text->size - 1 - text->length;
    if (slice.length > room) {
        text->truncated = true;
        slice.length = room;
    }
    if (slice.length > 0) memcpy(text->data + text->length, slice.data, slice.length);
    text->length += slice.length;
    text->data[text->length] = '\0';
}

void text_addf(struct text *text, const char *words, ...) {
    size_t room = text->size - text->length;
    va_list args;
    va_start(args, words);
    int wanted = vsnprintf(text->data + text->length, room, words, args);
    va_end(args);
    if (wanted < 0) return;
    if ((size_t)wanted >= room) {
        text->truncated = true;
        wanted = (int)room - 1;
    }
    text->length += (size_t)wanted;
}

void text_reset(struct text *text) {
    *text = text_in(text->data, text->size);
}

bool text_copy(char *to, size_t size, const char *from) {
    size_t length = strlen(from);
    if (length >= size) {
        to[0] = '\0';
        return false;
    }
    memcpy(to, from, length + 1);
    return true;
}

static bool is_continuation(char c) {
    return ((uint8_t)c & 0xC0) == 0x80;
}

void text_copy_cut(char *to, size_t size, const char *from) {
    size_t length = strnlen(from, size);
    if (length == size) {
        length = size - 1;
        while (length > 0 && is_continuation(from[length])) length--;
    }
    memcpy(to, from, length);
    to[length] = '\0';
}
