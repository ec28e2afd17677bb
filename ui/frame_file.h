/* A file in memory in the place of the terminal: what a library writes there piece by piece
 * is one frame, and leaves in one go. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "ui/outlet.h"

struct frame_file {
    int fd; /* -1 for none */
};

void frame_file_init(struct frame_file *frame);
void frame_file_clear(struct frame_file *frame);

/* From now on what is written to `descriptor` lands here. */
bool frame_file_capture(struct frame_file *frame, int descriptor, struct error *err);

bool frame_file_is_empty(const struct frame_file *frame);

/* Adds what was written since the last time to the outlet, and begins the next frame. */
void frame_file_move(struct frame_file *frame, struct outlet *outlet);

/* Forgets what was written. */
void frame_file_drop(struct frame_file *frame);
