/* What a load generator and whoever started it say to each other,
 * in frames over its stdin and stdout:
 *   in:  PLAN   ...  CONTROL start  ...  CONTROL level, CONTROL stop
 *   out: READY       REPORT each second, the last one says why it ended
 * The end of its stdin stops it at once. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/frame.h"
#include "core/load_report.h"

/* clang-format off */
/*    id                     struct        record */
#define LOAD_MESSAGES(X) \
    X(LOAD_MESSAGE_PLAN,     load_plan,    load_plan_record)    /* the first one, once */ \
    X(LOAD_MESSAGE_CONTROL,  load_control, load_control_record) \
    X(LOAD_MESSAGE_READY,    load_ready,   load_ready_record)   /* it can start */ \
    X(LOAD_MESSAGE_REPORT,   load_report,  load_report_record)
/* clang-format on */

enum load_message {
    LOAD_MESSAGE_NONE, /* so that zeros are no message */
#define X(id, type, record) id,
    LOAD_MESSAGES(X)
#undef X
        LOAD_MESSAGE_COUNT
};

enum load_control_kind {
    LOAD_CONTROL_START, /* the run begins now: at once for all shards */
    LOAD_CONTROL_LEVEL, /* `level`, of the whole plan, instead of its stages; users come
                         * at spawn_per_s, and go when their answer has come */
    LOAD_CONTROL_STOP,  /* nothing new; answers are waited for, then the last report */
    LOAD_CONTROL_COUNT
};

struct load_control {
    uint32_t kind; /* enum load_control_kind */
    double level;
};

enum { LOAD_NOTE_SIZE = 160, LOAD_NOTES_MAX = 8 };

struct load_note {
    char words[LOAD_NOTE_SIZE];
};

struct load_ready {
    uint64_t pid;
    uint32_t shard;
    uint64_t descriptors; /* that it may open */
    char address[64];     /* that it will connect to: "127.0.0.1:80" */
    uint32_t note_count;  /* what may spoil the run: ports, backlog */
    struct load_note notes[LOAD_NOTES_MAX];
};

/* Adds the notes of another generator, each kind once and as far as there is room. */
void load_ready_add_notes(struct load_ready *to, const struct load_ready *from);

/* As frame_encode(), with the struct of that kind. */
size_t load_message_encode(
    enum load_message kind, const void *what, uint8_t *out, size_t size);

/* The struct of the frame's kind; false for another kind than `wanted`, too. */
bool load_message_read(
    const struct frame *frame, enum load_message wanted, void *to, struct error *err);

extern const struct record load_control_record;
extern const struct record load_ready_record;
