/* Addresses of HTTP peers, kept for a minute as libcurl does: not every new connection
 * asks for a name. For io/http only. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "io/dial.h"
#include "io/http_wire.h"
#include "io/resolve.h"

enum { HTTP_NAMES_MAX = 64 }; /* kept; then the oldest goes */

struct http_name {
    char name[HTTP_WIRE_NAME_SIZE]; /* "host:port"; "" for none */
    uint64_t known_ns;
    size_t count;
    struct resolve_address addresses[DIAL_ADDRESSES_MAX];
};

/* Zeros to begin with. */
struct http_names {
    struct http_name *kept; /* of HTTP_NAMES_MAX, NULL before the first; owned */
};

void http_names_clear(struct http_names *names);

/* NULL when it is not known, or has not been
 * learnt lately. Borrowed until the next call. */
const struct http_name *http_names_find(
    const struct http_names *names, const char *name, uint64_t now_ns);
void http_names_learn(
    struct http_names *names, const char *name, const struct resolve_result *result,
    uint64_t now_ns);

/* None of its addresses has let us in. */
void http_names_forget(struct http_names *names, const char *name);
