/* The log: one JSON object per line on stderr, without secrets and without waiting. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/buffer.h"

struct redactor;

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct json_log {
    enum log_level least;            /* lines below it are dropped */
    const char *program;             /* "serve", "worker", "model" */
    const char *version;             /* of the agent */
    const struct redactor *redactor; /* borrowed; NULL when there are no secrets */
    int descriptor;
    uint64_t dropped; /* lines that nobody took in time */
};

/* `request_id` may be NULL. */
void json_log_write(
    struct json_log *log, enum log_level level, const char *request_id,
    const char *words, ...) __attribute__((format(printf, 4, 5)));

/* The line itself, with its end. */
void json_log_line(
    const struct json_log *log, enum log_level level, const char *request_id,
    const char *message, struct buffer *line);

const char *log_level_name(enum log_level level);
