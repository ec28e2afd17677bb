/* Which requests are plain enough to be written and sent by ourselves, and how they are
 * written. What is out of the ordinary is left to libcurl. For io/http only. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "core/url.h"
#include "io/http.h"

enum {
    HTTP_WIRE_HOST_SIZE = 112,
    HTTP_WIRE_NAME_SIZE = 128, /* "host:port", "[::1]:80" */
    HTTP_WIRE_BODY_MAX = 4 * 1024 * 1024,
    HTTP_WIRE_MAX = 2 * HTTP_URL_SIZE + 128 * 1024 + HTTP_WIRE_BODY_MAX,
};

struct http_wire {
    struct url url; /* borrowed from the request */
    uint16_t port;
    char host[HTTP_WIRE_HOST_SIZE]; /* name or address, without brackets */
    char name[HTTP_WIRE_NAME_SIZE]; /* for errors, and to know the peer again */
};

/* Whether a request that has passed the gate is plain: a GET,
 * HEAD or POST to an http:// URL without a proxy, without a detour,
 * and without headers that change how it is sent. */
bool http_wire_read(const struct http_request *request, struct http_wire *wire);

/* The request as it is sent; false when it would be longer than the buffer may be. */
bool http_wire_write(
    const struct http_wire *wire, const struct http_request *request,
    struct buffer *bytes);
