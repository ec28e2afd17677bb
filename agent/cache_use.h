/* How a chat means to use the cache of answers, and how it did. */
/* SPDX-License-Identifier: MIT */
#pragma once

enum cache_wish {
    CACHE_WELCOME,
    CACHE_RENEW, /* the answer is to be a new one; it is kept */
    CACHE_AVOID, /* nor is it kept */
};

/* From the header Cache-Control, NULL for none: no-cache and no-store, as in RFC 9111;
 * all else is for caches of other kinds. */
enum cache_wish cache_wish_read(const char *header);

/* clang-format off */
/*    id                  name */
#define CACHE_USES(X) \
    X(CACHE_USE_NONE,     "off")    /* there is no cache */, \
    X(CACHE_USE_HIT,      "hit"), \
    X(CACHE_USE_MISS,     "miss"), \
    X(CACHE_USE_BYPASS,   "bypass") /* nobody was asked: not wished, or Redis is away */
/* clang-format on */

enum cache_use {
#define X(id, name) id
    CACHE_USES(X),
#undef X
    CACHE_USE_COUNT
};

const char *cache_use_name(enum cache_use use);
