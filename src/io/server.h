/* An HTTP/1.1 server: libmicrohttpd on the loop,
 * one thread, with every limit in place. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

struct server;
struct server_request;
struct loop;

struct server_options {
    const char *address;          /* numeric, "127.0.0.1" or "::1" */
    uint16_t port;                /* 0 picks a free one: server_port() tells */
    size_t body_max_bytes;        /* 0 for 64 KiB */
    uint64_t complete_timeout_ns; /* for header and body; 0 for 10 s */
    uint64_t idle_timeout_ns;     /* of a connection; 0 for 30 s */
    uint64_t answer_timeout_ns;   /* of a request once it is here: 504; 0 for 120 s */
    uint32_t connections_max;     /* 0 for 8192 */
    uint32_t address_max;         /* connections from one address; 0 for no limit */
    /* Nobody can be let in for want of a descriptor;
     * at most once a minute. May be NULL. */
    void (*on_starved)(void *owner);
};

/* A whole request has arrived. Answer now or later, exactly once (in pieces:
 * server_stream.h); the request lives until it is answered or its client is gone. */
typedef void (*server_request_fn)(void *owner, struct server_request *request);

/* The request ended without an answer (its client left, the deadline passed, the server
 * was freed): drop the work; `request` is invalid after this returns. */
typedef void (*server_gone_fn)(void *owner, struct server_request *request);

struct server *server_new(
    struct loop *loop, const struct server_options *options,
    server_request_fn on_request, server_gone_fn on_gone, void *owner,
    struct error *err);
void server_free(struct server *server);
uint16_t server_port(const struct server *server);

/* Stops accepting; `on_drained` runs once every request has been answered or after
 * `limit_ns`. */
typedef void (*server_drained_fn)(void *owner);
void server_drain(
    struct server *server, uint64_t limit_ns, server_drained_fn on_drained);

const char *server_request_method(const struct server_request *request);
/* The path as sent, without the query and not decoded; never holds a NUL. */
const char *server_request_path(const struct server_request *request);
const char *server_request_header(
    const struct server_request *request, const char *name); /* or NULL */
struct slice server_request_body(const struct server_request *request);
uint64_t server_request_started_ns(const struct server_request *request);

/* The caller's own data of this request. */
void server_request_set_data(struct server_request *request, void *data);
void *server_request_data(const struct server_request *request);

/* Before the answer. */
void server_add_header(
    struct server_request *request, const char *name, const char *value);

/* Answers and ends the request; the body is copied. */
void server_answer(
    struct server_request *request, unsigned status, const char *content_type,
    struct slice body);
