/* What a Redis URL says: redis://[user:password@]host[:port][/db], rediss://..., or
 * unix:///path. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { REDIS_HOST_SIZE = 256, REDIS_SECRET_SIZE = 512, REDIS_DATABASES_MAX = 65536 };

struct redis_address {
    char host[REDIS_HOST_SIZE]; /* "" for a unix socket */
    uint16_t port;
    char path[REDIS_HOST_SIZE]; /* of a unix socket; "" for TCP */
    bool tls;
    char user[REDIS_SECRET_SIZE];     /* "" for the default user */
    char password[REDIS_SECRET_SIZE]; /* "" for none */
    uint32_t database;
};

/* The message never holds the URL, for it may hold a password. */
bool redis_address_parse(
    const char *url, struct redis_address *address, struct error *err);
