/* One thing that is watched: what was asked, and what came of it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/state_sizes.h"

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

/* One thing that is watched. Times are monotonic
 * ns of the session that recorded them. */
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
    uint32_t failures;    /* polls in a row that were not OK; 0 before the first ends */
    float latency_ms;
    uint64_t polled_ns;   /* when it was last asked; 0 for never */
    uint64_t answered_ns; /* when it last answered; 0 for never */
    uint64_t changed_ns;  /* when the status last changed */
};

/* Whether nobody knows yet how it is: it was not asked, or no poll of it has ended. */
bool part_is_awaited(const struct part *part);

const char *part_kind_name(enum part_kind kind);
const char *part_status_name(enum part_status status);
