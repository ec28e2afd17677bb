/* One HTTP request from its arrival to its answer: identity, headers, counts. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/chat_request.h"
#include "agent/job.h"
#include "base/buffer.h"

struct service;
struct server_request;

/* Frees what a route keeps with an exchange; its work is dropped. */
typedef void (*exchange_free_fn)(void *data);

struct exchange {
    struct service *service;        /* borrowed */
    struct server_request *request; /* borrowed */
    const char *route;              /* as in the table, for labels */
    char id[CHAT_REQUEST_ID_SIZE];  /* X-Request-Id, ours when theirs is none */
    char job_id[JOB_ID_SIZE];
    uint64_t started_ns;
    void *data; /* of the route; NULL for none */
    exchange_free_fn free_data;
};

struct exchange *exchange_new(
    struct service *service, struct server_request *request, const char *route);

/* The client is gone, or the deadline has passed: counts it and frees everything. */
void exchange_abandon(struct exchange *exchange);

/* Answers; the exchange and its data are freed. */
void exchange_answer(
    struct exchange *exchange, unsigned status, const char *type,
    const struct buffer *body);

/* A 200 whose body follows in pieces (io/server_stream.h); the exchange stays. */
void exchange_start_stream(struct exchange *exchange, const char *type);
/* Its end; the exchange and its data are freed. */
void exchange_end_stream(struct exchange *exchange);

struct exchange_problem {
    unsigned status;
    const char *code;
    const char *message;
    unsigned retry_after_s; /* 0 for no such header */
};
void exchange_refuse(struct exchange *exchange, const struct exchange_problem *problem);

double exchange_age_s(const struct exchange *exchange);
