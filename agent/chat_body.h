/* What a client gets to read of a chat: right away, or of a job in Redis. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "agent/chat.h"
#include "base/buffer.h"

struct redis_reply;

enum {
    CHAT_BODY_MAX = 2 * 1024 * 1024
}; /* bytes: whatever a chat may have said fits */

/* {"response", "job_id", "version", "outcome", "cached", "usage", "tool_calls"}; the
 * usage has a "cost_usd" when the cost is known. */
void chat_body_write(
    const struct chat_result *result, const char *job_id, const char *version,
    struct buffer *body);

/* The same from the fields of a job that was completed. */
void chat_body_write_again(const struct redis_reply *fields, struct buffer *body);

/* {"error": {"code", "message", "request_id"}} */
void chat_body_write_failure(
    const struct chat_result *result, const char *request_id, struct buffer *body);

/* {"job_id", "status": "queued" | "running" | "completed" | "failed", "version", times,
 * and once it has ended what chat_body_write() writes, or "error"} */
void chat_body_write_job(const struct redis_reply *fields, struct buffer *body);
