/* SPDX-License-Identifier: MIT */
#include "agent/json_log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json_writer.h"
#include "base/redact.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

enum {
    MESSAGE_SIZE = 1024,
    LINE_MAX_BYTES = 4096, /* PIPE_BUF: a pipe that can be written takes it whole */
    TIMESTAMP_SIZE = 32,
};

const char *log_level_name(enum log_level level) {
    static const char *const names[] = {
        [LOG_DEBUG] = "debug",
        [LOG_INFO] = "info",
        [LOG_WARN] = "warn",
        [LOG_ERROR] = "error",
    };
    return names[level];
}

void json_log_line(
    const struct json_log *log, enum log_level level, const char *request_id,
    const char *message, struct buffer *line) {
    char timestamp[TIMESTAMP_SIZE];
    struct text time = TEXT_IN(timestamp);
    units_add_timestamp(&time, loop_wall_ms());
    char plain[MESSAGE_SIZE];
    struct text redacted = TEXT_IN(plain);
    redact_add(log->redactor, &redacted, slice_of(message));
    char safe[MESSAGE_SIZE];
    safe_text_copy(safe, sizeof safe, slice_of(plain));

    struct json_writer json = json_writer_to(line);
    json_object_begin(&json);
    json_field_string(&json, "time", timestamp);
    json_field_string(&json, "level", log_level_name(level));
    json_field_string(&json, "program", log->program);
    json_field_string(&json, "version", log->version);
    if (request_id) json_field_string(&json, "request_id", request_id);
    json_field_string(&json, "message", safe);
    json_object_end(&json);
    buffer_add_char(line, '\n');
}

void json_log_write(
    struct json_log *log, enum log_level level, const char *request_id,
    const char *words, ...) {
    if (level < log->least) return;
    char message[MESSAGE_SIZE];
    va_list args;
    va_start(args, words);
    vsnprintf(message, sizeof message, words, args);
    va_end(args);

    struct buffer line;
    buffer_init(&line, LINE_MAX_BYTES);
    json_log_line(log, level, request_id, message, &line);
    /* A reader that is stuck must not stop the service. */
    struct pollfd ready = {.fd = log->descriptor, .events = POLLOUT};
    bool is_taken = !line.overflow && poll(&ready, 1, 0) == 1 &&
                    write(log->descriptor, line.data, line.length) >= 0;
    if (!is_taken) log->dropped++;
    buffer_clear(&line);
}
