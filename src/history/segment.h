/* One file of envelopes: appended to, read from any place, tolerant of damage. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/event.h"

struct segment {
    int descriptor;  /* -1 when there is none */
    uint64_t length; /* bytes written */
};

/* A new file with mode 0600 that did not exist,
 * or, for a NULL path, one without a name. */
bool segment_create(struct segment *segment, const char *path, struct error *err);
bool segment_open(struct segment *segment, const char *path, struct error *err);
/* That nobody else writes it while it is open. ERROR_CONFLICT when somebody does. */
bool segment_claim(const struct segment *segment, struct error *err);

/* Claims a file and goes on behind its first
 * `length` bytes; what follows is cut off. */
bool segment_continue(
    struct segment *segment, const char *path, uint64_t length, struct error *err);
void segment_close(struct segment *segment);

/* All of the bytes or, after an error, none. */
bool segment_append(
    struct segment *segment, const uint8_t *bytes, size_t length, struct error *err);

/* Reads events one after the other, through a buffer of its own. */
struct segment_reader {
    const struct segment *segment; /* borrowed */
    uint64_t offset;               /* of the next event */
    uint64_t event_offset;         /* of the one read last */
    uint32_t gaps;                 /* places that could not be read so far */
    bool in_gap;
    uint64_t buffer_offset; /* of the buffer's first byte */
    size_t buffer_length;
    uint8_t *buffer; /* owned */
};

void segment_reader_init(
    struct segment_reader *reader, const struct segment *segment, uint64_t offset);
void segment_reader_clear(struct segment_reader *reader);

/* The next event; kinds of a newer program and what is damaged
 * are left out. Pointers in it are borrowed until the next call.
 * False at the end; a torn one counts as a gap. */
bool segment_next(struct segment_reader *reader, struct event *event);
