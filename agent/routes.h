/* What the agent answers to: one row per route. */
/* SPDX-License-Identifier: MIT */
#pragma once

struct exchange;

typedef void (*route_fn)(struct exchange *exchange);

/* clang-format off */
/* What a process without chats answers to, too, comes last.
 *    id             method  path                handler */
#define ROUTES(X) \
    X(ROUTE_CHAT,    "POST", "/chat",            route_chat), \
    X(ROUTE_STREAM,  "POST", "/chat/stream",     route_chat_stream), \
    X(ROUTE_JOB,     "GET",  "/chat/{job_id}",   route_job), \
    X(ROUTE_FEEDBACK, "POST", "/feedback",       route_feedback), \
    X(ROUTE_HEALTH,  "GET",  "/health",          route_health), \
    X(ROUTE_LIVE,    "GET",  "/health/live",     route_live), \
    X(ROUTE_READY,   "GET",  "/health/ready",    route_ready), \
    X(ROUTE_METRICS, "GET",  "/metrics",         route_metrics), \
    X(ROUTE_ERRORS,  "GET",  "/errors",          route_errors)
/* clang-format on */

void route_chat(struct exchange *exchange);
void route_chat_stream(struct exchange *exchange);
void route_job(struct exchange *exchange);
void route_feedback(struct exchange *exchange);
void route_health(struct exchange *exchange);
void route_live(struct exchange *exchange);
void route_ready(struct exchange *exchange);
void route_metrics(struct exchange *exchange);
void route_errors(struct exchange *exchange);
