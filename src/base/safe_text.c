/* SPDX-License-Identifier: MIT */
#include "base/safe_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "base/utf8.h"

enum {
    CONTROL_PICTURES = 0x2400,
    PICTURE_OF_DELETE = 0x2421,
    MARKS_MAX = 2,
    MEND_SIZE = 512
};

/* Characters that hide themselves or turn the direction of what stands around them. */
static bool misleads(uint32_t rune) {
    return rune == 0x00AD || rune == 0x061C || rune == 0x115F || rune == 0x1160 ||
           rune == 0x180E || (rune >= 0x200B && rune <= 0x200F) ||
           (rune >= 0x2028 && rune <= 0x202E) || (rune >= 0x2060 && rune <= 0x206F) ||
           rune == 0x3164 || rune == 0xFEFF || (rune >= 0xFFF9 && rune <= 0xFFFB) ||
           rune == 0xFFA0 || (rune >= 0xE0000 && rune <= 0xE0FFF);
}

static uint32_t safe_rune(uint32_t rune) {
    if (rune == '\n' || rune == '\r' || rune == '\t') return ' ';
    if (rune < ' ') return CONTROL_PICTURES + rune;
    if (rune == 0x7F) return PICTURE_OF_DELETE;
    if (rune >= 0x80 && rune < 0xA0) return UTF8_REPLACEMENT;
    return misleads(rune) ? UTF8_REPLACEMENT : rune;
}

/* The next safe character as bytes; 0 when this one is to be left out. */
static unsigned next_safe(struct scan *scan, unsigned *marks, char out[UTF8_SIZE_MAX]) {
    uint32_t rune = 0;
    rune = utf8_next(scan, &rune) ? safe_rune(rune) : UTF8_REPLACEMENT;
    if (utf8_width(rune) > 0) {
        *marks = 0;
    } else if (++*marks > MARKS_MAX) {
        return 0;
    }
    return utf8_put(out, rune);
}

static bool is_small_letter(char c) {
    return c >= 'a' && c <= 'z';
}

/* "##[command]" and "##word[command]" are carried out by build servers, wherever in a
 * line they stand. */
static void break_commands(char *from, size_t length) {
    char *end = from + length;
    for (char *at = from; at + 2 < end; at++) {
        at = memchr(at, '#', (size_t)(end - at));
        if (!at || at + 2 >= end) return;
        if (at[1] != '#') continue;
        char *bracket = at + 2;
        while (bracket < end && is_small_letter(*bracket)) bracket++;
        if (bracket < end && *bracket == '[') *bracket = '(';
    }
}

/* How many bytes at the front are safe as they are: printable ASCII. */
static size_t plain_length(const struct scan *scan, size_t most) {
    size_t left = (size_t)(scan->end - scan->at);
    size_t length = 0;
    if (most > left) most = left;
    while (length < most && scan->at[length] >= ' ' && scan->at[length] < 0x7F) {
        length++;
    }
    return length;
}

static void add_safe(struct text *text, struct slice bytes) {
    struct scan scan = scan_of(bytes);
    unsigned marks = MARKS_MAX; /* none may sit on what was there before */
    while (!scan_done(&scan)) {
        size_t plain = plain_length(&scan, text->size - 1 - text->length);
        if (plain > 0) {
            text_add_slice(text, (struct slice){.data = scan.at, .length = plain});
            scan.at += plain;
            marks = 0;
            continue;
        }
        char out[UTF8_SIZE_MAX];
        unsigned length = next_safe(&scan, &marks, out);
        if (length > text->size - 1 - text->length) {
            text->truncated = true;
            return;
        }
        text_add_slice(text, (struct slice){.data = out, .length = length});
    }
}

void safe_text_add(struct text *text, struct slice bytes) {
    size_t before = text->length;
    add_safe(text, bytes);
    break_commands(text->data + before, text->length - before);
}

static bool add_safe_to_buffer(struct buffer *buffer, struct slice bytes) {
    struct scan scan = scan_of(bytes);
    unsigned marks = MARKS_MAX;
    while (!scan_done(&scan)) {
        char out[UTF8_SIZE_MAX];
        unsigned length = next_safe(&scan, &marks, out);
        if (!buffer_add(buffer, out, length)) return false;
    }
    return true;
}

bool safe_text_add_to_buffer(struct buffer *buffer, struct slice bytes) {
    size_t before = buffer->length;
    bool added = add_safe_to_buffer(buffer, bytes);
    if (buffer->length > before) {
        break_commands(buffer->data + before, buffer->length - before);
    }
    return added;
}

void safe_text_copy(char *to, size_t size, struct slice bytes) {
    struct text text = text_in(to, size);
    safe_text_add(&text, bytes);
}

void safe_text_mend(char *words, size_t size) {
    char safe[MEND_SIZE];
    ensure(size <= sizeof safe);
    safe_text_copy(safe, size, slice_of(words));
    memcpy(words, safe, strlen(safe) + 1);
}
