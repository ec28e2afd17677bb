/* SPDX-License-Identifier: MIT */
#include "history/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"

enum { FILE_MODE = 0600, READ_AHEAD = 2 * EVENT_SIZE_MAX };

/* A file without a name: on disk where that works, else in memory. */
static int open_nameless(void) {
    int descriptor = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, FILE_MODE);
    return descriptor >= 0 ? descriptor : memfd_create("recording", MFD_CLOEXEC);
}

bool segment_create(struct segment *segment, const char *path, struct error *err) {
    int flags = O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW;
    int descriptor = path ? open(path, flags, FILE_MODE) : open_nameless();
    if (descriptor < 0) {
        return error_set(
            err, ERROR_SYSTEM, "making %s: %s", path ? path : "a temporary file",
            strerror(errno));
    }
    *segment = (struct segment){.descriptor = descriptor};
    return true;
}

bool segment_open(struct segment *segment, const char *path, struct error *err) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    off_t length = descriptor >= 0 ? lseek(descriptor, 0, SEEK_END) : -1;
    if (length < 0) {
        error_set(err, ERROR_NOT_FOUND, "opening %s: %s", path, strerror(errno));
        if (descriptor >= 0) close(descriptor);
        return false;
    }
    *segment = (struct segment){.descriptor = descriptor, .length = (uint64_t)length};
    return true;
}

bool segment_claim(const struct segment *segment, struct error *err) {
    if (flock(segment->descriptor, LOCK_EX | LOCK_NB) == 0) return true;
    return error_set(err, ERROR_CONFLICT, "somebody else writes it");
}

static bool cut(const struct segment *segment, struct error *err) {
    if (ftruncate(segment->descriptor, (off_t)segment->length) == 0) return true;
    return error_set(err, ERROR_SYSTEM, "cutting it: %s", strerror(errno));
}

bool segment_continue(
    struct segment *segment, const char *path, uint64_t length, struct error *err) {
    struct segment opened = {
        .descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW), .length = length};
    bool is_open =
        opened.descriptor >= 0 || error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    if (is_open && segment_claim(&opened, err) && cut(&opened, err)) {
        *segment = opened;
        return true;
    }
    segment_close(&opened);
    return error_wrap(err, "going on with %s", path);
}

void segment_close(struct segment *segment) {
    if (segment->descriptor >= 0) close(segment->descriptor);
    *segment = (struct segment){.descriptor = -1};
}

bool segment_append(
    struct segment *segment, const uint8_t *bytes, size_t length, struct error *err) {
    size_t written = 0;
    while (written < length) {
        ssize_t count = pwrite(
            segment->descriptor, bytes + written, length - written,
            (off_t)(segment->length + written));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            error_set(err, ERROR_SYSTEM, "recording: %s", strerror(errno));
            /* What stays where not even that works is found to be torn by who reads. */
            struct error ignored;
            cut(segment, &ignored);
            return false;
        }
        written += (size_t)count;
    }
    segment->length += length;
    return true;
}

void segment_reader_init(
    struct segment_reader *reader, const struct segment *segment, uint64_t offset) {
    *reader = (struct segment_reader){
        .segment = segment,
        .offset = offset,
        .buffer_offset = offset,
        .buffer = memory_new(READ_AHEAD),
    };
}

void segment_reader_clear(struct segment_reader *reader) {
    free(reader->buffer);
    *reader = (struct segment_reader){0};
}

/* Moves the buffer to the next event and fills it.
 * False when that brings nothing new. */
static bool refill(struct segment_reader *reader) {
    ssize_t count = 0;
    do {
        count = pread(
            reader->segment->descriptor, reader->buffer, READ_AHEAD,
            (off_t)reader->offset);
    } while (count < 0 && errno == EINTR);
    uint64_t known = reader->buffer_offset + reader->buffer_length - reader->offset;
    reader->buffer_offset = reader->offset;
    reader->buffer_length = count > 0 ? (size_t)count : 0;
    return reader->buffer_length > known;
}

/* The bytes at the reader's place, at least as many as an envelope's start; NULL when
 * there are not so many. */
static const uint8_t *start_bytes(struct segment_reader *reader) {
    size_t at = (size_t)(reader->offset - reader->buffer_offset);
    if (reader->buffer_length - at >= EVENT_START_SIZE) return reader->buffer + at;
    refill(reader);
    return reader->buffer_length >= EVENT_START_SIZE ? reader->buffer : NULL;
}

/* Moves on to where the next event may begin. False when there is no such place. */
static bool resume(struct segment_reader *reader) {
    const uint8_t *bytes = NULL;
    do {
        reader->offset++;
        bytes = start_bytes(reader);
    } while (bytes && !event_may_start(bytes));
    return bytes != NULL;
}

/* One envelope at the reader's place, with as many bytes as it needs. */
static enum event_decoded decode_next(
    struct segment_reader *reader, struct event *event, size_t *used) {
    struct error err = {0};
    for (;;) {
        size_t at = (size_t)(reader->offset - reader->buffer_offset);
        enum event_decoded decoded = event_decode(
            reader->buffer + at, reader->buffer_length - at, event, used, &err);
        if (decoded != EVENT_INCOMPLETE || !refill(reader)) return decoded;
    }
}

/* Steps over what cannot be read. False when nothing that can is left. */
static bool step_over(struct segment_reader *reader) {
    if (reader->buffer_length == 0) return false; /* the proper end */
    if (!reader->in_gap) reader->gaps++;
    reader->in_gap = true;
    return resume(reader);
}

bool segment_next(struct segment_reader *reader, struct event *event) {
    for (;;) {
        size_t used = 0;
        switch (decode_next(reader, event, &used)) {
        case EVENT_DECODED:
            reader->event_offset = reader->offset;
            reader->offset += used;
            reader->in_gap = false;
            return true;
        case EVENT_SKIPPED: reader->offset += used; break;
        case EVENT_INCOMPLETE:
        case EVENT_BROKEN:
            if (!step_over(reader)) return false;
        }
    }
}
