/* SPDX-License-Identifier: MIT */
#include "core/line_memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "core/decimal.h"

enum { LINES_FIRST = 64, DIGITS_EXACT = 15, TEN = 10 };

struct line {
    uint32_t start, length; /* in the text, with its end */
    uint32_t fixed;         /* bytes in front of the value */
    struct line_meaning meaning;
};

struct line_memory {
    struct slice new_text; /* borrowed while it is read */
    char *text;            /* the one before */
    size_t text_capacity;
    struct line *lines; /* in its order, as far as the new one has been read in its */
    uint32_t count, capacity;
    uint32_t cursor; /* the line at hand */
    size_t offset;   /* where it begins in the new text */
};

struct line_memory *line_memory_new(void) {
    return memory_new(sizeof(struct line_memory));
}

void line_memory_free(struct line_memory *memory) {
    if (!memory) return;
    free(memory->text);
    free(memory->lines);
    free(memory);
}

void line_memory_forget(struct line_memory *memory) {
    memory->count = 0;
    memory->cursor = 0;
}

void line_memory_begin(struct line_memory *memory, struct slice text) {
    memory->new_text = text;
    memory->cursor = 0;
    memory->offset = 0;
}

/* A value up to the end of its line, as exposition_next() reads it; NULL for what is
 * not as simple, or not the same. */
static const char *take_value(const char *at, const char *end, double *value) {
    uint64_t digits = 0;
    const char *digit = at;
    for (; digit < end && digit - at < DIGITS_EXACT; digit++) {
        unsigned figure = (unsigned char)*digit - (unsigned)'0';
        if (figure >= TEN) break;
        digits = digits * TEN + figure;
    }
    if (digit > at && digit < end && *digit == '\n') {
        *value = (double)digits;
        return digit + 1;
    }
    struct scan scan = {.at = at, .end = end};
    bool whole = decimal_take(&scan, value) && scan.at < end && *scan.at == '\n';
    return whole ? scan.at + 1 : NULL;
}

/* Where the line at `at` ends when it is this one but for its value; NULL otherwise. */
static const char *match(
    const struct line_memory *memory, struct line *line, const char *at,
    const char *end) {
    const char *before = memory->text + line->start;
    size_t left = (size_t)(end - at);
    if (left >= line->length && memcmp(at, before, line->length) == 0) {
        return at + line->length;
    }
    if (line->meaning.kind == LINE_NOTHING || left <= line->fixed) return NULL;
    if (memcmp(at, before, line->fixed) != 0) return NULL;
    return take_value(at + line->fixed, end, &line->meaning.value);
}

bool line_memory_take(
    struct line_memory *memory, struct exposition *reader,
    struct line_meaning *meaning) {
    if (memory->cursor >= memory->count || reader->ended) return false;
    struct line *line = &memory->lines[memory->cursor];
    if (line->meaning.kind == LINE_UNKNOWN) return false;
    bool sample = line->meaning.kind != LINE_NOTHING;
    if (sample && reader->sample_count == EXPOSITION_SAMPLES_MAX) return false;
    const char *at = reader->rest.at;
    const char *next = match(memory, line, at, reader->rest.end);
    if (!next) return false;

    line->start = (uint32_t)memory->offset;
    line->length = (uint32_t)(next - at);
    memory->offset += line->length;
    memory->cursor++;
    reader->rest.at = next;
    reader->line++;
    if (sample) reader->sample_count++;
    *meaning = line->meaning;
    if (memory->offset > LINE_MEMORY_BYTES_MAX) line->meaning.kind = LINE_UNKNOWN;
    return true;
}

static struct line *line_at_hand(struct line_memory *memory) {
    if (memory->cursor == memory->capacity) {
        memory->capacity = memory->capacity ? 2 * memory->capacity : LINES_FIRST;
        memory->lines =
            memory_resize(memory->lines, memory->capacity * sizeof *memory->lines);
    }
    return &memory->lines[memory->cursor];
}

/* Only a line that goes on with its value and nothing else is worth it. */
static uint32_t fixed_bytes(const char *start, const char *end, struct slice series) {
    const char *value = series.data + series.length;
    while (value < end && (*value == ' ' || *value == '\t')) value++;
    double ignored;
    return take_value(value, end, &ignored) == end ? (uint32_t)(value - start) : 0;
}

void line_memory_keep(
    struct line_memory *memory, const char *start, const struct exposition *reader,
    const struct line_meaning *meaning, struct slice series) {
    const char *text = memory->new_text.data;
    size_t length = (size_t)(reader->rest.at - start);
    memory->offset = (size_t)(reader->rest.at - text);
    if (memory->cursor == LINE_MEMORY_LINES_MAX) return;
    struct line *line = line_at_hand(memory);
    memory->cursor++;
    if (memory->cursor > memory->count) memory->count = memory->cursor;
    *line = (struct line){
        .start = (uint32_t)(start - text),
        .length = (uint32_t)length,
        .meaning = *meaning,
    };
    bool whole = memory->offset <= LINE_MEMORY_BYTES_MAX && length > 0 &&
                 reader->rest.at[-1] == '\n';
    bool sample = meaning->kind == LINE_IGNORED || meaning->kind == LINE_SERIES;
    if (sample) line->fixed = fixed_bytes(start, reader->rest.at, series);
    if (!whole || (sample && line->fixed == 0)) line->meaning.kind = LINE_UNKNOWN;
}

void line_memory_end(struct line_memory *memory) {
    size_t length = memory->new_text.length;
    if (length > LINE_MEMORY_BYTES_MAX) length = LINE_MEMORY_BYTES_MAX;
    if (length > memory->text_capacity) {
        memory->text_capacity = length + length / 8;
        memory->text = memory_resize(memory->text, memory->text_capacity);
    }
    if (length > 0) memcpy(memory->text, memory->new_text.data, length);
    memory->count = memory->cursor;
}
