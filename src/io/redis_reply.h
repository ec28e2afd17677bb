/* What Redis answers. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"

enum redis_kind {
    REDIS_NIL,
    REDIS_STRING,
    REDIS_STATUS,
    REDIS_INTEGER,
    REDIS_ERROR,
    REDIS_LIST,
};

/* A reply, borrowed for the callback. */
struct redis_reply {
    enum redis_kind kind;
    struct slice string; /* STRING, STATUS, ERROR */
    int64_t integer;
    size_t count; /* LIST */
    const struct redis_reply *items;
};
