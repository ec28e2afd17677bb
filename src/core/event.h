/* Whatever happens, as one value: probes and helpers make events, the model lives on
 * them, a recording keeps them. This is also the envelope of every pipe and socket. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "core/event_bodies.h"
#include "core/event_kind.h"

enum {
    EVENT_VERSION = 1, /* rises with every value that an older reader would refuse */
    EVENT_PAYLOAD_MAX = 64 * 1024,
    EVENT_OVERHEAD = 68,                                 /* length to checksum */
    EVENT_SIZE_MAX = EVENT_PAYLOAD_MAX + EVENT_OVERHEAD, /* on the wire */
    EVENT_START_SIZE = 8,
    EVENT_ID_SIZE = 16,
};

struct event {
    uint64_t sequence;           /* of the sender, from 1 */
    uint8_t run[EVENT_ID_SIZE];  /* the run it belongs to; zeros for none */
    uint8_t boot[EVENT_ID_SIZE]; /* monotonic times are comparable within one boot */
    int64_t wall_ms;
    uint64_t at_ns; /* monotonic */
    enum event_kind kind;
    union {
        struct session_event session;
        struct part part;
        struct values_event values;
        struct heat_event heat;
        struct errors_event errors;
        struct note note;
        struct run run_status;
        struct check_event check;
        struct armed_event armed;
        struct split split;
        struct rollout_status rollout;
        struct versions_event versions;
        struct keyframe_event keyframe;
        struct load_status load;
        struct load_heat_event load_heat;
        struct rollout_answer answer;
    };
};

/* Everything zero but the kind: only as much as the kind uses, as events are many and
 * the largest kind is large. */
void event_begin(struct event *event, enum event_kind kind);

/* Writes the envelope: little-endian, length first,
 * CRC-32C last. Returns its size, or 0 when it does not fit. */
size_t event_encode(const struct event *event, uint8_t *out, size_t size);

enum event_decoded { EVENT_DECODED, EVENT_INCOMPLETE, EVENT_BROKEN, EVENT_SKIPPED };

/* Reads one envelope from the front. EVENT_INCOMPLETE: more bytes are needed;
 * EVENT_BROKEN: `err` says why and nothing can be read after it; EVENT_SKIPPED: a kind
 * or version of a newer program, `used` bytes long. Only after EVENT_DECODED does
 * `event` mean anything. Its strings are safe to show. */
enum event_decoded event_decode(
    const uint8_t *bytes, size_t length, struct event *event, size_t *used,
    struct error *err);

/* Whether an envelope may begin here: for finding the next one after damage. Looks at
 * EVENT_START_SIZE bytes. */
bool event_may_start(const uint8_t *bytes);
