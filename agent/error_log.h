/* The last errors of this process and how many
 * of each kind there were, for GET /errors. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum {
    ERROR_LOG_COUNT = 100,
    ERROR_LOG_KINDS = 32, /* of a route; what comes later is counted as "other" */
    ERROR_LOG_NAME_SIZE = 40,
    ERROR_LOG_MESSAGE_SIZE = 200,
};

struct error_entry {
    int64_t wall_ms;
    char kind[ERROR_LOG_NAME_SIZE];
    char route[ERROR_LOG_NAME_SIZE];
    char request_id[ERROR_LOG_NAME_SIZE];
    char message[ERROR_LOG_MESSAGE_SIZE]; /* safe for any screen */
};

struct error_kind {
    uint64_t count; /* ever */
    struct error_entry last;
};

/* A ring; all zero is an empty one. */
struct error_log {
    uint64_t total; /* ever */
    uint32_t kind_count;
    struct error_kind kinds[ERROR_LOG_KINDS];
    struct error_entry entries[ERROR_LOG_COUNT];
};

/* Cuts what is too long; the message may hold bytes from outside. */
void error_log_add(struct error_log *log, const struct error_entry *entry);

/* {"version":…,"total":…,"counts":[{"count","time","time_ms","kind","route",
 * "request_id","message"}…],"errors":[{the same without "count"}…]}: how many of each
 * kind and route with the last one of them, and the last ones of all, newest first. */
void error_log_write(
    const struct error_log *log, const char *version, struct buffer *buffer);
