/* A request on its way through libmicrohttpd: received within its limits, checked for
 * smuggling, suspended unless it is answered at once. For io/server only. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "io/server.h"

struct MHD_Connection;
struct MHD_Response;
struct server_connection;

/*              whole            answered         queued
 *  RECEIVING ─────────► WAITING ────────► READY ────────► SENDING
 *      │ refused            │ client gone, freed             │
 *      └──► SENDING         └─────► DROPPED     LOST ◄───────┘
 *                       client gone before its stream ends        */
enum request_state {
    REQUEST_RECEIVING,
    REQUEST_WAITING, /* the owner works on it */
    REQUEST_READY,   /* its response is to be queued */
    REQUEST_SENDING,
    REQUEST_DROPPED, /* its connection is to be closed */
    REQUEST_LOST,    /* libmicrohttpd is done with it, its owner was not told yet */
};

/* An answer in pieces. */
struct request_stream {
    bool is_open; /* its owner has neither ended nor lost it */
    bool is_cut;  /* to be closed without a proper end */
    struct buffer queue;
};

struct server_request {
    struct server_connection *connection; /* borrowed */
    struct MHD_Connection *mhd;           /* borrowed */
    enum request_state state;
    bool is_suspended; /* WAITING for long, or SENDING without anything to send */
    struct server_request *next; /* among those that were lost */
    const char *method, *path;   /* borrowed from libmicrohttpd */
    struct buffer body;
    size_t body_seen_bytes;          /* also of what was not kept */
    uint64_t started_ns, sending_ns; /* when headers were complete, a response queued */
    struct buffer extra_headers;     /* name NUL value NUL ... */
    unsigned status;
    struct MHD_Response *response;
    struct request_stream stream; /* all zero when the answer comes in one piece */
    void *data;                   /* the owner's */
};

struct server_request *server_request_new(
    struct server_connection *connection, struct MHD_Connection *mhd,
    size_t body_max_bytes);
void server_request_free(struct server_request *request);

/* The status to refuse it with as soon as its headers are here, or 0. */
unsigned server_request_check(const struct server_request *request);

/* Takes a piece of the body. False when so much more than allowed came that only
 * closing helps; up to there it is read and forgotten, for a 413 at its end. */
bool server_request_receive(
    struct server_request *request, const char *bytes, size_t length);

/* Makes the response that server_request_send() queues. */
void server_request_prepare(
    struct server_request *request, unsigned status, const char *content_type,
    struct slice body, bool close);
/* The same for an answer in pieces. */
void server_request_prepare_stream(
    struct server_request *request, unsigned status, const char *content_type,
    bool close);
/* A response of our own: {"error": {"code", "message"}}. It always closes. */
void server_request_refuse(struct server_request *request, unsigned status);
/* False when libmicrohttpd closes instead. */
bool server_request_send(struct server_request *request, uint64_t now_ns);
