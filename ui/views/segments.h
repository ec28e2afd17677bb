/* A row of words, each with its own role and weight: what does not fit gives way. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/text.h"
#include "ui/canvas.h"

enum { SEGMENTS_MAX = 32, SEGMENT_SIZE = 96 };

struct segment {
    char key[16]; /* in front, in the colour of keys; "" for none */
    char words[SEGMENT_SIZE];
    enum role role;
    int priority; /* the lowest is dropped first */
    int gap;      /* blanks in front */
    bool bar;     /* a bar in front, where there is one to the left */
};

struct segments {
    uint32_t count;
    struct segment items[SEGMENTS_MAX];
};

/* An empty one at the end, to be filled. */
struct segment *segments_add(struct segments *segments, enum role role, int priority);

void segments_draw(
    struct canvas *canvas, struct rect rect, const struct segments *segments);
