/* The HTTP answers that every route gives in the same way. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"

struct server_request;

#define ANSWER_JSON    "application/json"
#define ANSWER_EVENTS  "text/event-stream"
#define ANSWER_METRICS "text/plain; version=0.0.4; charset=utf-8"

void answer_json(
    struct server_request *request, unsigned status, const struct buffer *body);

/* {"error": {"code", "message", "request_id"}} */
struct answer_problem {
    unsigned status;
    const char *code;
    const char *message;
    const char *request_id;
    unsigned retry_after_s; /* 0 for no such header */
};
void answer_problem(
    struct server_request *request, const struct answer_problem *problem);
