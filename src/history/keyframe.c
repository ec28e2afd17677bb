/* SPDX-License-Identifier: MIT */
#include "history/keyframe.h"

#include <stddef.h>
#include <string.h>

#include "base/bytes.h"

/* Changes whenever a dump of one program would mean something else to another. */
static uint32_t layout_of_state(void) {
    const uint64_t facts[] = {
        sizeof(struct state),
        sizeof(struct part),
        sizeof(struct error_row),
        sizeof(struct note),
        sizeof(struct run),
        sizeof(struct check_row),
        offsetof(struct state, parts),
        offsetof(struct state, values),
        offsetof(struct state, checks),
        offsetof(struct state, load),
        sizeof(struct load_status),
        METRIC_COUNT,
    };
    return bytes_crc32c(0, facts, sizeof facts);
}

uint16_t keyframe_pieces(void) {
    size_t above = sizeof(struct state) + KEYFRAME_PIECE_SIZE - 1;
    return (uint16_t)(above / KEYFRAME_PIECE_SIZE);
}

static uint32_t piece_length(uint16_t number) {
    size_t left = sizeof(struct state) - (size_t)number * KEYFRAME_PIECE_SIZE;
    return (uint32_t)(left < KEYFRAME_PIECE_SIZE ? left : KEYFRAME_PIECE_SIZE);
}

void keyframe_piece(struct event *event, const struct state *state, uint16_t number) {
    size_t start = (size_t)number * KEYFRAME_PIECE_SIZE;
    event->kind = EVENT_KEYFRAME;
    event->keyframe = (struct keyframe_event){
        .piece = number,
        .pieces = keyframe_pieces(),
        .layout = layout_of_state(),
        .length = piece_length(number),
        .bytes = (const uint8_t *)state + start,
    };
}

bool keyframe_builder_add(struct keyframe_builder *builder, const struct event *event) {
    const struct keyframe_event *piece = &event->keyframe;
    bool ours = event->kind == EVENT_KEYFRAME && piece->layout == layout_of_state() &&
                piece->pieces == keyframe_pieces();
    if (ours && piece->piece == 0) builder->next = 0;
    if (!ours || piece->piece != builder->next) {
        builder->next = 0;
        return false;
    }
    if (piece->length != piece_length(piece->piece)) {
        builder->next = 0;
        return false;
    }
    size_t start = (size_t)piece->piece * KEYFRAME_PIECE_SIZE;
    memcpy((uint8_t *)builder->state + start, piece->bytes, piece->length);
    builder->next++;
    if (builder->next < piece->pieces) return false;
    builder->next = 0;
    return state_is_sound(builder->state);
}
