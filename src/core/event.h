/* Whatever happens, as one value: probes and helpers make events, the model lives on
 * them, a recording keeps them. This is also the envelope of every pipe and socket. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "core/state.h"

enum {
    EVENT_VERSION = 1, /* rises with every value that an older reader would refuse */
    EVENT_PAYLOAD_MAX = 64 * 1024,
    EVENT_OVERHEAD = 68,                                 /* length to checksum */
    EVENT_SIZE_MAX = EVENT_PAYLOAD_MAX + EVENT_OVERHEAD, /* on the wire */
    EVENT_START_SIZE = 8,
    EVENT_ID_SIZE = 16,
    EVENT_VALUES_MAX = METRIC_COUNT,
    HEAT_BUCKETS = 32,
};

/* clang-format off */
/*    id               name        payload */
#define EVENT_KINDS(X) \
    X(EVENT_SESSION,   "session",  session)   /* a watch over a target begins */ \
    X(EVENT_PART,      "part",     part)      /* the outcome of one poll of one part */ \
    X(EVENT_VALUES,    "values",   values)    /* metrics of one track, or of the target */ \
    X(EVENT_HEAT,      "heat",     heat)      /* how many requests took how long */ \
    X(EVENT_ERRORS,    "errors",   errors)    /* the whole table of errors */ \
    X(EVENT_NOTE,      "note",     note)      /* a line for the timeline */ \
    X(EVENT_RUN,       "run",      run_status) /* a run starts, goes on, ends */ \
    X(EVENT_CHECK,     "check",    check)     /* one check of a smoke run */ \
    X(EVENT_ARMED,     "armed",    armed)     /* the operator armed or disarmed */ \
    X(EVENT_SPLIT,     "split",    split)     /* the traffic split was read */ \
    X(EVENT_ROLLOUT,   "rollout",  rollout)   /* what a controller publishes */ \
    X(EVENT_VERSIONS,  "versions", versions)  /* a track's version or instances changed */ \
    X(EVENT_KEYFRAME,  "keyframe", keyframe)  /* a piece of a state, for scrubbing */
/* clang-format on */

enum event_kind {
#define X(id, name, payload) id,
    EVENT_KINDS(X)
#undef X
        EVENT_KIND_COUNT
};

struct session_event {
    char target[STATE_NAME_SIZE];
    char user[STATE_NAME_SIZE];
    uint8_t target_class;
    bool read_only;
    uint32_t poll_ms;
    float slo_p95_ms, slo_error_ratio; /* NaN when not configured */
};

struct values_event {
    uint8_t track;    /* enum track, or STATE_TRACK_NONE for metrics of the target */
    uint32_t step_ms; /* how often these values come */
    uint32_t count;
    struct {
        uint8_t metric; /* enum metric */
        float value;    /* NaN: asked for, not there */
    } items[EVENT_VALUES_MAX];
};

struct heat_event {
    uint8_t track;
    uint16_t counts[HEAT_BUCKETS]; /* saturating; log buckets, see heat_bucket() */
};

struct errors_event {
    uint8_t track; /* whose rows these are; the other track's rows stay */
    uint32_t count;
    struct error_row rows[STATE_ERRORS_MAX];
};

struct check_event {
    uint16_t index, total; /* index 0 of a new run clears the table */
    struct check_row row;
};

struct armed_event {
    bool armed;
    uint64_t until_ns;
    char who[STATE_NAME_SIZE];
};

struct versions_event {
    uint8_t track;
    bool mixed;
    uint16_t instances;
    char version[STATE_VERSION_SIZE];
};

struct keyframe_event {
    uint16_t piece, pieces;
    uint32_t layout; /* which struct state this is a dump of */
    uint32_t length;
    const uint8_t *bytes; /* borrowed */
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
    };
};

/* Writes the envelope: little-endian, length first, CRC-32C last. Returns its size, or 0
 * when it does not fit. */
size_t event_encode(const struct event *event, uint8_t *out, size_t size);

enum event_decoded { EVENT_DECODED, EVENT_INCOMPLETE, EVENT_BROKEN, EVENT_SKIPPED };

/* Reads one envelope from the front. EVENT_INCOMPLETE: more bytes are needed;
 * EVENT_BROKEN: `err` says why and nothing can be read after it; EVENT_SKIPPED: a kind or
 * version of a newer program, `used` bytes long. Only after EVENT_DECODED does `event` mean
 * anything. Its strings are safe to show. */
enum event_decoded event_decode(
    const uint8_t *bytes, size_t length, struct event *event, size_t *used,
    struct error *err);

/* Whether an envelope may begin here: for finding the next one after damage. Looks at
 * EVENT_START_SIZE bytes. */
bool event_may_start(const uint8_t *bytes);

const char *event_kind_name(enum event_kind kind);

/* The heat map's row for a latency: 32 rows from 1 ms to 100 s, six per decade and the
 * ends. */
unsigned heat_bucket(double latency_ms);
