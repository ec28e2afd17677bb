/* Messages between a program and its helper, one after the other in a pipe: length
 * first, checksum last. The end of the pipe is the helper's leash. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "core/record.h"

enum {
    FRAME_VERSION = 1, /* both ends are of one version: the other one is refused */
    FRAME_OVERHEAD = 12,
    FRAME_SIZE_MAX = 4 * 1024 * 1024,
};

struct frame {
    uint16_t kind;       /* the two programs agree on it */
    const uint8_t *data; /* borrowed */
    size_t length;
    size_t used; /* bytes of the whole frame */
};

/* Length, version, kind, the struct, CRC-32C; little-endian.
 * Returns how many bytes, or 0 when it does not fit. */
size_t frame_encode(
    uint16_t kind, const struct record *record, const void *what, uint8_t *out,
    size_t size);

enum frame_found { FRAME_WHOLE, FRAME_INCOMPLETE, FRAME_BROKEN };

/* The frame at the front. FRAME_BROKEN:
 * `err` says why and nothing can be read after it. */
enum frame_found frame_find(
    const uint8_t *bytes, size_t length, struct frame *frame, struct error *err);

/* What is in it, all of it; `to` is all zeros or was read before. False: it must not be
 * used. */
bool frame_read(
    const struct frame *frame, const struct record *record, void *to,
    struct error *err);
