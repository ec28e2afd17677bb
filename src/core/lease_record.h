/* A Lease of Kubernetes as it is read and written: who holds something, until when.
 * Creating one is exclusive, replacing one asks for the version that was read. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/json_patch.h"
#include "core/node.h"

enum {
    LEASE_HOLDER_SIZE = 128,
    LEASE_VERSION_SIZE = 64,
    LEASE_TIME_SIZE = 40,
    LEASE_DURATION_MAX_S = 3600,
};

struct lease_record {
    char holder[LEASE_HOLDER_SIZE];   /* "" when it was given back */
    char version[LEASE_VERSION_SIZE]; /* resourceVersion; "" of one that is new */
    char renewed[LEASE_TIME_SIZE]; /* as it was written: a change is a sign of life */
    int64_t renewed_ms;            /* wall clock of the holder; 0: never */
    int64_t duration_s;
    int64_t transitions; /* how often it went from one holder to another */
    uint64_t epoch;      /* of its rollout: core/epoch_fence.h */
};

bool lease_record_read(
    const struct node *object, struct lease_record *record, struct error *err);

/* The whole object, to create or to replace it; `renewed` is made from `renewed_ms`. */
void lease_record_write(
    struct buffer *to, const char *name, const struct lease_record *record);

/* Wall time as the API writes it, "2026-11-22T09:00:00.000000Z", and back; false for
 * anything else. */
void lease_time_write(char to[LEASE_TIME_SIZE], int64_t wall_ms);
bool lease_time_read(struct slice text, int64_t *wall_ms);
