/* SPDX-License-Identifier: MIT */
#include "agent/answer.h"

#include <stdio.h>

#include "base/json_writer.h"
#include "io/server.h"

enum { PROBLEM_MAX = 4096 };

void answer_json(
    struct server_request *request, unsigned status, const struct buffer *body) {
    server_answer(request, status, ANSWER_JSON, buffer_slice(body));
}

void answer_problem(
    struct server_request *request, const struct answer_problem *problem) {
    struct buffer body;
    buffer_init(&body, PROBLEM_MAX);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_key(&json, "error");
    json_object_begin(&json);
    json_field_string(&json, "code", problem->code);
    json_field_string(&json, "message", problem->message);
    if (problem->request_id) {
        json_field_string(&json, "request_id", problem->request_id);
    }
    json_object_end(&json);
    json_object_end(&json);
    if (problem->retry_after_s > 0) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%u", problem->retry_after_s);
        server_add_header(request, "Retry-After", seconds);
    }
    answer_json(request, problem->status, &body);
    buffer_clear(&body);
}
