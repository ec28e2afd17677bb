/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

#include <stdint.h>
#include <string.h>

enum { GROUP = 3, LETTERS = 4, BITS = 6, LAST = 0x3F };

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool base64_add(struct buffer *to, struct slice bytes) {
    for (size_t at = 0; at < bytes.length; at += GROUP) {
        size_t count = bytes.length - at < GROUP ? bytes.length - at : GROUP;
        uint32_t group = 0;
        char letters[LETTERS];
        for (size_t i = 0; i < GROUP; i++) {
            group = group << 8 | (i < count ? (uint8_t)bytes.data[at + i] : 0U);
        }
        for (size_t i = 0; i < LETTERS; i++) {
            size_t shift = BITS * (LETTERS - 1 - i);
            letters[i] = i <= count ? alphabet[group >> shift & LAST] : '=';
        }
        if (!buffer_add(to, letters, sizeof letters)) return false;
    }
    return true;
}

static bool read_letter(char letter, uint32_t *six) {
    const char *at = letter ? strchr(alphabet, letter) : NULL;
    if (!at) return false;
    *six = (uint32_t)(at - alphabet);
    return true;
}

/* Four letters, of which `padding` at the end are "=". */
static bool read_group(const char *letters, size_t padding, struct buffer *to) {
    uint32_t group = 0;
    char bytes[GROUP];
    for (size_t i = 0; i < LETTERS; i++) {
        uint32_t six = 0;
        if (i < LETTERS - padding && !read_letter(letters[i], &six)) return false;
        group = group << BITS | six;
    }
    for (size_t i = 0; i < GROUP; i++) {
        bytes[i] = (char)(group >> (8 * (GROUP - 1 - i)) & 0xFF);
    }
    /* What is cut off must be nothing: one text for the same bytes. */
    for (size_t i = GROUP - padding; i < GROUP; i++) {
        if (bytes[i] != '\0') return false;
    }
    return buffer_add(to, bytes, GROUP - padding);
}

bool base64_read(struct slice text, struct buffer *to) {
    if (text.length % LETTERS != 0) return false;
    for (size_t at = 0; at < text.length; at += LETTERS) {
        const char *letters = text.data + at;
        size_t padding = 0;
        if (at + LETTERS == text.length && letters[3] == '=') {
            padding = letters[2] == '=' ? 2 : 1;
        }
        if (!read_group(letters, padding, to)) return false;
    }
    return true;
}
