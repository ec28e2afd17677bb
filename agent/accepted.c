/* SPDX-License-Identifier: MIT */
#include "agent/accepted.h"

#include "agent/answer.h"
#include "agent/exchange.h"
#include "agent/http_status.h"
#include "base/json_writer.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "io/server.h"

enum { LOCATION_SIZE = 64, JOB_SIZE = 48, BODY_MAX = 4096 };

void accepted_answer(struct exchange *exchange, const struct accepted *accepted) {
    char location[LOCATION_SIZE], job[JOB_SIZE];
    struct text text = TEXT_IN(location);
    struct buffer body;
    /* Redis is no place to trust: a word that goes into a header is made safe. */
    safe_text_copy(job, sizeof job, accepted->job_id);
    text_addf(&text, "/chat/%s", job);
    server_add_header(exchange->request, "Location", location);
    server_add_header(exchange->request, "X-Job-Id", job);
    server_add_header(exchange->request, "X-Agent-Outcome", "accepted");

    buffer_init(&body, BODY_MAX);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_field_slice(&json, "job_id", accepted->job_id);
    json_field_slice(&json, "status", accepted->status);
    json_field_slice(&json, "version", accepted->version);
    json_object_end(&json);
    exchange_answer(exchange, STATUS_ACCEPTED, ANSWER_JSON, &body);
    buffer_clear(&body);
}
