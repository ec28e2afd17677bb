/* The headers that tell how a chat ended. */
/* SPDX-License-Identifier: MIT */
#pragma once

struct chat_result;
struct server_request;

/* X-Agent-Outcome, X-Job-Id, tokens, failed tools, cost where it is known, what the
 * cache did where there is one, and when to come again after a 503. */
void chat_headers_add(
    struct server_request *request, const struct chat_result *result,
    const char *job_id);

/* Of a stream, whose end is told only by the record of its job. */
void chat_headers_add_streaming(struct server_request *request, const char *job_id);
