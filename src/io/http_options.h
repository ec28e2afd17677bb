/* A request as settings of a curl handle: what it may do, to whom, for how long. For
 * io/http only. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "io/http.h"

struct curl_slist;

enum { HTTP_PEER_NAME_SIZE = 128 };

/* What curl borrows for as long as the transfer runs. */
struct http_options {
    struct curl_slist *headers, *connect_to;
    char peer[HTTP_PEER_NAME_SIZE]; /* host and port, sanitised, for errors */
};

/* Everything but the callbacks. False for a
 * URL that cannot be used. `curl` is a CURL. */
bool http_options_apply(
    struct http_options *options, void *curl, const struct http_request *request,
    struct error *err);
void http_options_clear(struct http_options *options);
