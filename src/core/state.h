/* What is known right now, small enough to copy, keep and compare: parts and their
 * health, errors, the last events, what runs. Without pointers, so it can be dumped. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/metric.h"
#include "core/verdict.h"

enum {
    STATE_NAME_SIZE = 48,
    STATE_DETAIL_SIZE = 96,
    STATE_VERSION_SIZE = 24,
    STATE_PARTS_MAX = 320, /* four for each of 64 instances, and the rest */
    STATE_ERRORS_MAX = 48,
    STATE_NOTES_MAX = 64,
    STATE_CHECKS_MAX = 64,
    STATE_RUNS_MAX = 16,
    STATE_TRACK_NONE = 0xFF, /* a part that belongs to no track */
};

enum target_class { TARGET_LOCAL, TARGET_STAGING, TARGET_PRODUCTION };

/* What is asked. One row per instrument. */
/* clang-format off */
#define PART_KINDS(X) \
    X(PART_HEALTH,  "health"), \
    X(PART_READY,   "ready"), \
    X(PART_METRICS, "metrics"), \
    X(PART_ERRORS,  "errors"), \
    X(PART_REDIS,   "redis"), \
    X(PART_QUEUE,   "queue"), \
    X(PART_WORKER,  "worker"), \
    X(PART_PROCESS, "process"), \
    X(PART_SPLIT,   "split"), \
    X(PART_ROLLOUT, "rollout")
/* clang-format on */

enum part_kind {
#define X(id, name) id
    PART_KINDS(X),
#undef X
    PART_KIND_COUNT
};

enum part_status {
    PART_UNKNOWN, /* configured, not heard of yet: never green */
    PART_OK,
    PART_DEGRADED, /* serves, but says or shows that something is wrong */
    PART_BAD,      /* answers, and the answer is bad */
    PART_SILENT,   /* does not answer */
};

/* One thing that is watched. Times are monotonic ns of the session that recorded them. */
struct part {
    char name[STATE_NAME_SIZE]; /* as the operator knows it: "canary 127.0.0.1:8001" */
    char detail[STATE_DETAIL_SIZE]; /* why, in words; sanitised */
    char version[STATE_VERSION_SIZE];
    uint8_t kind;         /* enum part_kind */
    uint8_t track;        /* enum track or STATE_TRACK_NONE */
    uint8_t status;       /* enum part_status */
    bool critical;        /* without it the agent cannot serve */
    bool gone;            /* an event only: no longer there, to be forgotten */
    uint16_t http_status; /* 0 when there is none */
    uint32_t failures;    /* polls in a row that were not OK */
    float latency_ms;
    uint64_t polled_ns;   /* when it was last asked */
    uint64_t answered_ns; /* when it last answered; 0 for never */
    uint64_t changed_ns;  /* when the status last changed */
};

/* One kind of error, as the errors panel lists it. */
struct error_row {
    char kind[32];
    char route[32];
    char version[STATE_VERSION_SIZE];
    char request_id[40];
    char message[128]; /* a sample; sanitised */
    uint64_t count;
    int64_t last_seen_ms; /* wall clock */
    uint8_t track;
};

enum note_level { NOTE_INFO, NOTE_OK, NOTE_WARN, NOTE_BAD };

/* One line of the timeline. */
struct note {
    int64_t wall_ms;
    uint64_t at_ns;
    uint8_t level;   /* enum note_level */
    char source[16]; /* "smoke", "redis", "arm" */
    char words[112];
};

enum run_kind {
    RUN_SMOKE,
    RUN_LOAD,
    RUN_CHAOS,
    RUN_CANARY,
    RUN_PREFLIGHT,
    RUN_KIND_COUNT
};

/* Something that was started and ends: a smoke test now, load and chaos later. */
struct run {
    uint8_t id[16];
    uint8_t kind; /* enum run_kind */
    bool active;
    uint8_t verdict; /* enum verdict; only when not active */
    uint16_t passed, failed, inconclusive, flaky, total;
    uint64_t started_ns, ended_ns;
    char title[STATE_NAME_SIZE];
    char words[STATE_DETAIL_SIZE];
};

/* One check of the smoke run shown last. */
struct check_row {
    char name[STATE_NAME_SIZE];
    char detail[STATE_DETAIL_SIZE];
    bool done;
    bool running;
    bool flaky;      /* passed after a retry */
    uint8_t verdict; /* enum verdict; only when done */
    uint32_t duration_ms;
};

struct split {
    bool known;
    float wanted;      /* share of the canary that the lease asks for, 0 to 1 */
    float seen;        /* share of the canary in the traffic since the last poll */
    uint32_t lease_ms; /* until the lease runs out; 0 for none */
    uint64_t at_ns;
};

/* What a rollout controller publishes. */
struct rollout_status {
    bool known;
    char phase[24];
    char holder[STATE_NAME_SIZE];
    char reason[STATE_DETAIL_SIZE];
    uint16_t step, steps;
    float weight;     /* 0 to 1 */
    uint32_t left_ms; /* until the step may end; 0 for none */
    uint64_t at_ns;
};

struct state {
    char target[STATE_NAME_SIZE];
    char user[STATE_NAME_SIZE]; /* who sits here */
    uint8_t target_class;       /* enum target_class */
    bool read_only;             /* a watcher: no action is linked in */
    bool armed;
    uint64_t armed_until_ns;
    uint64_t started_ns;
    int64_t wall_offset_ms; /* wall ms minus monotonic ms, at the last event */
    uint32_t poll_ms;       /* the slowest poll interval of a part */
    float slo_p95_ms;       /* NaN when not configured */
    float slo_error_ratio;  /* NaN when not configured */
    char version[TRACK_COUNT][STATE_VERSION_SIZE];
    uint16_t instances[TRACK_COUNT]; /* configured or resolved */
    bool mixed[TRACK_COUNT];         /* several processes answer behind one URL */

    uint32_t part_count;
    struct part parts[STATE_PARTS_MAX];
    uint32_t error_count;
    struct error_row errors[STATE_ERRORS_MAX]; /* newest first */
    uint64_t errors_at_ns; /* when the table was read; 0 for never */
    uint32_t note_count;   /* ever; the ring holds the last ones */
    struct note notes[STATE_NOTES_MAX];
    uint32_t check_count;
    struct check_row checks[STATE_CHECKS_MAX];
    uint32_t run_count; /* ever; the ring holds the last ones */
    struct run runs[STATE_RUNS_MAX];
    struct split split;
    struct rollout_status rollout;

    /* The last value of every metric and when it came; NaN and 0 when it never did. */
    float values[TRACK_COUNT][METRIC_COUNT]; /* of the target: in the row of stable */
    uint64_t value_ns[TRACK_COUNT][METRIC_COUNT];
};

void state_init(struct state *state);

/* Whether every count, name and choice in it can be used: for a state that was not made
 * by state_apply() but read from a file. */
bool state_is_sound(const struct state *state);

/* The part of that kind and name, or NULL. */
const struct part *state_part(
    const struct state *state, enum part_kind kind, const char *name);

/* The note `back` steps before the newest one, or NULL. */
const struct note *state_note(const struct state *state, uint32_t back);

/* The run `back` steps before the newest one, or NULL. */
const struct run *state_run(const struct state *state, uint32_t back);

/* The last value; NaN when there is none or it is older than `max_age_ns` at `now_ns`. */
float state_value(
    const struct state *state, enum track track, enum metric metric, uint64_t now_ns,
    uint64_t max_age_ns);

const char *part_kind_name(enum part_kind kind);
const char *part_status_name(enum part_status status);
const char *target_class_name(enum target_class class);
const char *run_kind_name(enum run_kind kind);
