/* Requests through libcurl: over TLS, proxies, unix sockets, and all else that is out
 * of the ordinary. Loads the library. For io/http only. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "io/http.h"

struct http_curl;
struct http_curl_call;

struct http_curl *http_curl_new(struct loop *loop);
/* After the calls under way, but for one whose callback runs. */
void http_curl_free(struct http_curl *http);

/* For a request that has passed the gate; `on_done` as in http_start(). NULL when it
 * cannot be sent as it is. */
struct http_curl_call *http_curl_start(
    struct http_curl *http, const struct http_request *request, http_done_fn on_done,
    void *owner, struct error *err);
void http_curl_call_free(struct http_curl_call *call);
