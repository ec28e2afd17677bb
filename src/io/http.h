/* HTTP requests on the loop, behind a gate that knows their authority. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

struct http;
struct http_call;
struct loop;

enum {
    HTTP_BODY_MAX = 16 * 1024 * 1024, /* the most a caller may ask for */
    HTTP_HEADERS_MAX = 64,            /* kept of a reply; more is an error */
    HTTP_HEADER_BYTES_MAX = 64 * 1024,
    HTTP_URL_SIZE = 2048,
};

/* Who may do what: read-only lets out GET and HEAD alone, without a body. */
enum http_authority { HTTP_READ_ONLY, HTTP_MAY_ACT };

struct http_header {
    const char *name, *value;
};

/* How the peer is reached; the same for many requests. All borrowed for the call. */
struct http_peer {
    const char *ca, *cert, *key; /* PEM files; NULL or "" for the system's */
    const char *server_name;     /* for SNI and the certificate's name */
    const char *host, *proxy;    /* Host header; never the environment's proxy */
    const char *connect_to;  /* "host:port:addr:port" lines as in curl, NULL for none */
    const char *unix_socket; /* path of a unix socket */
    bool insecure;
};

struct http_request {
    const char *method, *url;     /* NULL for GET; http or https */
    const struct http_peer *peer; /* NULL for defaults */
    const struct http_header *headers;
    size_t header_count;
    struct slice body;
    uint64_t timeout_ns, connect_timeout_ns; /* of all, never 0; 0 for 5 s */
    size_t body_max_bytes;                   /* 0 for 1 MiB; more is ERROR_LIMIT */
    bool new_connection; /* do not reuse one: tells instances apart */
    /* Pieces of the body as they come, or NULL; nothing of http may be called in it. */
    void (*on_bytes)(void *bytes_owner, struct slice bytes);
    void *bytes_owner;
};

struct http_reply {
    struct error error; /* ERROR_NONE when a whole reply came, whatever its status */
    unsigned status;
    struct slice body;                 /* borrowed for the callback */
    const struct http_header *headers; /* borrowed; names in lower case */
    size_t header_count;
    uint64_t started_ns;              /* monotonic, when it was started */
    uint64_t first_byte_ns, total_ns; /* since then; 0 when no byte came */
    uint64_t connect_ns; /* DNS, TCP and TLS of it; 0 on a reused connection */
};

typedef void (*http_done_fn)(void *owner, const struct http_reply *reply);
struct http *http_new(struct loop *loop, enum http_authority authority);
/* Ends every call silently. */
void http_free(struct http *http);

/* `on_done` runs exactly once unless the call is freed first, and never inside this
 * function. A request that the authority forbids ends with ERROR_FORBIDDEN. */
struct http_call *http_start(
    struct http *http, const struct http_request *request, http_done_fn on_done,
    void *owner);

/* Cancels: no callback after this. Not needed after the callback. */
void http_call_free(struct http_call *call);

/* The value of a header of the reply, or NULL; `name` in lower case. */
const char *http_reply_header(const struct http_reply *reply, const char *name);
