/* A search service over HTTP: who it is, how it is asked, what its answer says.
 *
 *   GET <url>?q=<query>    ->    {"results": [{"title", "snippet"?, "url"?}, …]}
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/scan.h"
#include "base/text.h"
#include "core/url.h"
#include "io/http.h"

enum {
    SEARCH_URL_SIZE = 1024,
    SEARCH_RESULTS_MAX = 5,      /* told to the model; more are left out */
    SEARCH_BODY_MAX = 256 * 1024 /* bytes of one answer */
};

struct search_endpoint {
    char url[SEARCH_URL_SIZE];
    char host[URL_ENDPOINT_SIZE]; /* "search.example.com:443" */
};

/* The URL must be https, or http to a loopback address,
 * without a user or a fragment, and its host must stand in `hosts`:
 * names with or without a port, divided by commas; NULL for the URL's own. */
bool search_endpoint_init(
    struct search_endpoint *endpoint, const char *url, const char *hosts,
    struct error *err);

/* The URL with the query as its parameter q. False when it becomes too long. */
bool search_endpoint_url(
    const struct search_endpoint *endpoint, struct slice query,
    char url[HTTP_URL_SIZE]);

/* What the answer's body says, for the model: one line for each result, safe for any
 * screen, and where they come from. False when the body is not of the shape above. */
bool search_endpoint_read(
    const struct search_endpoint *endpoint, struct slice query, struct slice body,
    struct text *output);
