/* The one way out to the terminal: a frame is written as far as the line takes it, the
 * rest follows when there is room, and nothing ever waits. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum { OUTLET_BYTES_MAX = 16 * 1024 * 1024 };

#define OUTLET_STALL_NS UINT64_C(10000000000)

struct outlet {
    int fd;                /* borrowed; non-blocking */
    bool broken;           /* the terminal is gone */
    bool stalled;          /* nothing moved for OUTLET_STALL_NS */
    struct buffer pending; /* the frame and what follows it */
    size_t sent;           /* of `pending` */
    uint64_t moved_ns;     /* when the line last took something */
    uint64_t bytes_ever;
};

void outlet_init(struct outlet *outlet, int fd);
void outlet_clear(struct outlet *outlet);

/* Adds to what has to go out; nothing is written yet. */
void outlet_add(struct outlet *outlet, const void *bytes, size_t length);

/* Writes what the line takes, and notices a line that takes nothing. */
void outlet_write(struct outlet *outlet, uint64_t now_ns);

/* Something still has to go out: wait until the line is writable. */
bool outlet_waits(const struct outlet *outlet);
