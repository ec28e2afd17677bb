/* What the lines of an exposition text meant the last time. From scrape to scrape most
 * of them differ in their value alone: then neither name nor labels are read again. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/exposition.h"

struct line_memory;

enum {
    LINE_MEMORY_LINES_MAX = 4096, /* of a longer text only so many are remembered, */
    LINE_MEMORY_BYTES_MAX = 512 * 1024, /* and only those within so many bytes */
};

enum line_kind {
    LINE_UNKNOWN, /* has to be read again */
    LINE_NOTHING, /* a comment and the like: says nothing as long as it is the same */
    LINE_IGNORED, /* a sample that nobody wants */
    LINE_SERIES,  /* a sample of a series */
};

struct line_meaning {
    enum line_kind kind;
    uint32_t series; /* of LINE_SERIES: its place, for the owner */
    double value;    /* of a sample, as it stands in the line at hand */
};

struct line_memory *line_memory_new(void);
void line_memory_free(struct line_memory *memory);

/* What was remembered means nothing any more. */
void line_memory_forget(struct line_memory *memory);

/* A text is read from its first line on; borrowed until line_memory_end(). */
void line_memory_begin(struct line_memory *memory, struct slice text);

/* Whether the line at the front of the reader is known; takes it then. */
bool line_memory_take(
    struct line_memory *memory, struct exposition *reader,
    struct line_meaning *meaning);

/* Remembers the line that was not known and has just been read: from `start` up to the
 * front of the reader. `series` is the sample's, empty for LINE_NOTHING. */
void line_memory_keep(
    struct line_memory *memory, const char *start, const struct exposition *reader,
    const struct line_meaning *meaning, struct slice series);

/* The text has been read: it is what the next one is compared with. */
void line_memory_end(struct line_memory *memory);
