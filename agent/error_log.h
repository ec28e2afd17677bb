/* The last errors of this process, for GET /errors. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum {
    ERROR_LOG_COUNT = 100,
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

/* A ring; all zero is an empty one. */
struct error_log {
    uint64_t total; /* ever */
    struct error_entry entries[ERROR_LOG_COUNT];
};

/* Cuts what is too long; the message may hold bytes from outside. */
void error_log_add(struct error_log *log, const struct error_entry *entry);

/* {"version":…,"total":…,"errors":[{"time","time_ms","kind","route","request_id",
 * "message"}…]}, newest first. */
void error_log_write(
    const struct error_log *log, const char *version, struct buffer *buffer);
