/* What the local model answers in place of words, as each API writes it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "agent/speech.h"

/* clang-format off */
/*    id                        status  type of the Messages API    type and code of chat completions */
#define SIMULATOR_ERRORS(X) \
    X(SIMULATOR_INVALID,        400,    "invalid_request_error",    "invalid_request_error", NULL), \
    X(SIMULATOR_UNAUTHORIZED,   401,    "authentication_error",     "invalid_request_error", "invalid_api_key"), \
    X(SIMULATOR_NOT_FOUND,      404,    "not_found_error",          "invalid_request_error", "not_found"), \
    X(SIMULATOR_NOT_ALLOWED,    405,    "invalid_request_error",    "invalid_request_error", "method_not_supported"), \
    X(SIMULATOR_RATE_LIMITED,   429,    "rate_limit_error",         "requests",              "rate_limit_exceeded"), \
    X(SIMULATOR_FAILED,         500,    "api_error",                "server_error",          NULL), \
    X(SIMULATOR_OVERLOADED,     529,    "overloaded_error",         "server_error",          "overloaded")
/* clang-format on */

enum simulator_error {
#define X(id, status, type, other_type, code) id
    SIMULATOR_ERRORS(X),
#undef X
    SIMULATOR_ERROR_COUNT
};

/* 503 in place of 529 for chat completions, where nobody knows that one. */
unsigned simulator_error_status(enum simulator_error error, enum speech_format format);

/* The body; `number` makes its request id. */
struct simulator_complaint {
    enum simulator_error error;
    const char *message;
    uint64_t number;
};
void simulator_error_write(
    const struct simulator_complaint *complaint, enum speech_format format,
    struct buffer *body);
