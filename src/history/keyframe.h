/* A state cut into events, so that it can be recorded, and put together again. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "core/state.h"

enum { KEYFRAME_PIECE_SIZE = 60 * 1024 };

/* How many events one state takes. */
uint16_t keyframe_pieces(void);

/* Makes `event` the piece with that number; it borrows from `state`. The other fields
 * of the event are the caller's. */
void keyframe_piece(struct event *event, const struct state *state, uint16_t number);

/* Puts the pieces together: feed it events in order until it says that the state is
 * whole. Pieces of another layout, or out of order, start it over; a state with values
 * that no program of ours can have written is never whole. */
struct keyframe_builder {
    uint16_t next;
    struct state *state; /* borrowed */
};

bool keyframe_builder_add(struct keyframe_builder *builder, const struct event *event);
