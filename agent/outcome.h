/* How a chat ended: the word for metrics, headers and records, and the HTTP status. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/* clang-format off */
/*    id                      name                  status */
#define OUTCOMES(X) \
    X(OUTCOME_SUCCESS,        "success",            200), \
    X(OUTCOME_TRUNCATED,      "truncated",          200) /* the model ran out of tokens */, \
    X(OUTCOME_REFUSED,        "refused",            200) /* the model does not want to */, \
    X(OUTCOME_TOOL_LIMIT,     "tool_limit",         502) /* too many rounds of tools */, \
    X(OUTCOME_OVERLOADED,     "model_overloaded",   503), \
    X(OUTCOME_RATE_LIMITED,   "model_rate_limited", 503), \
    X(OUTCOME_CIRCUIT_OPEN,   "circuit_open",       503) /* the model is left alone for now */, \
    X(OUTCOME_MODEL_ERROR,    "model_error",        502), \
    X(OUTCOME_MODEL_AUTH,     "model_auth",         502), \
    X(OUTCOME_MODEL_PROTOCOL, "model_protocol",     502) /* an answer that nobody understands */, \
    X(OUTCOME_UNREACHABLE,    "model_unreachable",  502), \
    X(OUTCOME_TIMEOUT,        "timeout",            504), \
    X(OUTCOME_EXPIRED,        "expired",            504) /* waited too long for a worker */, \
    X(OUTCOME_DEAD,           "dead",               500) /* no worker survived it */
/* clang-format on */

enum outcome {
#define X(id, name, status) id
    OUTCOMES(X),
#undef X
    OUTCOME_COUNT
};

const char *outcome_name(enum outcome outcome);
unsigned outcome_status(enum outcome outcome);

/* Whether the user got no answer. */
bool outcome_failed(enum outcome outcome);
