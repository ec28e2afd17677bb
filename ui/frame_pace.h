/* When the next frame is due, and which part of the screen it draws anew: keys are
 * answered at once and whole; for data the two halves of the screen take turns, and the
 * second one follows by itself. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define FRAME_PACE_KEY_NS  UINT64_C(33000000)  /* at most 30 frames/s from keys */
#define FRAME_PACE_DATA_NS UINT64_C(121000000) /* at most 9 from data */

/* What a frame draws anew. A half that has its turn at every other frame stands still
 * for long enough to be read. */
enum frame_turn { FRAME_WHOLE, FRAME_FIRST_HALF, FRAME_SECOND_HALF };

/* All zero is a picture that was never drawn. */
struct frame_pace {
    uint64_t drawn_ns; /* 0 for never */
    bool second;       /* half is owed: the first one is drawn */
    bool key, data;    /* why a frame is owed */
};

void frame_pace_on_key(struct frame_pace *pace);
void frame_pace_on_data(struct frame_pace *pace);

/* Whether a frame is owed, and when to draw it: `due_ns` may be past. */
bool frame_pace_due(const struct frame_pace *pace, uint64_t *due_ns);

/* A frame is drawn now. */
enum frame_turn frame_pace_draw(struct frame_pace *pace, uint64_t now_ns);
