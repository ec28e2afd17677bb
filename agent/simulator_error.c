/* SPDX-License-Identifier: MIT */
#include "agent/simulator_error.h"

#include <inttypes.h>
#include <stdio.h>

#include "agent/http_status.h"
#include "base/json_writer.h"

static const struct {
    unsigned status;
    const char *type;
    const char *other_type;
    const char *code; /* or NULL */
} errors[] = {
#define X(id, status, type, other_type, code) \
    [id] = {(status), (type), (other_type), (code)}
    SIMULATOR_ERRORS(X)
#undef X
};

unsigned simulator_error_status(enum simulator_error error, enum speech_format format) {
    if (error == SIMULATOR_OVERLOADED && format == SPEECH_COMPLETIONS) {
        return STATUS_UNAVAILABLE;
    }
    return errors[error].status;
}

static void write_messages(
    const struct simulator_complaint *complaint, struct json_writer *json) {
    char id[SPEECH_ID_SIZE];
    snprintf(id, sizeof id, "req_local_%016" PRIx64, complaint->number);
    json_object_begin(json);
    json_field_string(json, "type", "error");
    json_key(json, "error");
    json_object_begin(json);
    json_field_string(json, "type", errors[complaint->error].type);
    json_field_string(json, "message", complaint->message);
    json_object_end(json);
    json_field_string(json, "request_id", id);
    json_object_end(json);
}

static void write_completions(
    const struct simulator_complaint *complaint, struct json_writer *json) {
    const char *code = errors[complaint->error].code;
    json_object_begin(json);
    json_key(json, "error");
    json_object_begin(json);
    json_field_string(json, "message", complaint->message);
    json_field_string(json, "type", errors[complaint->error].other_type);
    json_field_null(json, "param");
    if (code) {
        json_field_string(json, "code", code);
    } else {
        json_field_null(json, "code");
    }
    json_object_end(json);
    json_object_end(json);
}

void simulator_error_write(
    const struct simulator_complaint *complaint, enum speech_format format,
    struct buffer *body) {
    struct json_writer json = json_writer_to(body);
    if (format == SPEECH_MESSAGES) {
        write_messages(complaint, &json);
    } else {
        write_completions(complaint, &json);
    }
}
