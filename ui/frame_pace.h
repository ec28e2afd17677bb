/* When the next frame is due: keys are answered at once, data is collected for a while. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define FRAME_PACE_KEY_NS    UINT64_C(33000000)  /* at most 30 frames/s from keys */
#define FRAME_PACE_DATA_NS   UINT64_C(112000000) /* at most 9 from data */
#define FRAME_PACE_NUMBER_NS UINT64_C(250000000) /* numbers stand still for so long */

/* All zero is a picture that was never drawn. */
struct frame_pace {
    uint64_t drawn_ns;
    uint64_t numbers_ns; /* when the numbers were taken */
    bool key, data;      /* why a frame is owed */
};

void frame_pace_on_key(struct frame_pace *pace);
void frame_pace_on_data(struct frame_pace *pace);

/* Whether a frame is owed, and when to draw it: `due_ns` may be past. */
bool frame_pace_due(const struct frame_pace *pace, uint64_t *due_ns);

/* A frame is drawn now. True when its numbers are to be taken anew. */
bool frame_pace_draw(struct frame_pace *pace, uint64_t now_ns);
