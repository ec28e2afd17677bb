/* The streams of tests/sse, and what a model says in each of them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/buffer.h"

enum { RECORDED_STREAMS = 5, RECORDED_STREAM_MAX = 64 * 1024 };

struct recorded_stream {
    const char *name; /* of the file, without .sse */
    const char *stop;
    const char *text_start;      /* of all text together; "" for none at all */
    const char *tool, *argument; /* the call's name and its one argument, or NULL */
    unsigned blocks;
    uint64_t input, output, thinking; /* tokens */
};

extern const struct recorded_stream recorded_streams[RECORDED_STREAMS];

/* Replaces what `to` holds; `folder` is that of the tests. */
void recorded_stream_read(const char *folder, const char *name, struct buffer *to);
