/* The parts of a URL that matter for who is spoken to. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

enum { URL_ENDPOINT_SIZE = 300 };

struct url {
    struct slice scheme;   /* all borrowed */
    struct slice userinfo; /* empty without one */
    struct slice host;     /* without brackets; empty for unix:// */
    uint16_t port;         /* the scheme's own when none is written; 0 for unix */
    struct slice path;     /* with the query; may be empty */
};

/* Schemes: http, https, redis, rediss, unix. False, with the reason but without the URL
 * (it may hold a password), for anything else. */
bool url_parse(struct slice text, struct url *url, struct error *err);

/* Who is spoken to: "host:port" in lower case, or "unix:/path". */
void url_endpoint(const struct url *url, char endpoint[URL_ENDPOINT_SIZE]);
