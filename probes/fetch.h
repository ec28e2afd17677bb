/* A GET of one path of an instance, with the headers and the way there that the target
 * is configured with. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/http.h"
#include "probes/instance.h"
#include "probes/subject.h"

struct fetch {
    const char *path;
    uint64_t timeout_ns;
    size_t body_max_bytes;
    bool new_connection;
    bool optional; /* a service need not have it */
};

struct http_call *fetch_start(
    const struct instance *instance, const struct fetch *fetch, http_done_fn on_done,
    void *owner);

/* Whether a whole answer with a 2xx came. If not, the subject has said why; it is gone
 * when the path is not there and need not be. */
bool fetch_succeeded(
    struct subject *subject, const struct fetch *fetch, const struct http_reply *reply);
