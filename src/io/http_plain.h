/* Requests to http:// URLs over our own connections: one write and one read for an
 * answer on a connection that is kept. For io/http only. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "io/http.h"
#include "io/http_wire.h"

struct http_plain;
struct http_plain_call;

struct http_plain *http_plain_new(struct loop *loop);
/* After the calls under way, but for one whose callback runs. */
void http_plain_free(struct http_plain *plain);

/* For a request that has passed the gate,
 * as http_wire_read() has read it; `on_done` as in http_start(). */
struct http_plain_call *http_plain_start(
    struct http_plain *plain, const struct http_request *request,
    const struct http_wire *wire, http_done_fn on_done, void *owner);
void http_plain_call_free(struct http_plain_call *call);
