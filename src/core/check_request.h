/* How a check asks: one row per key that a check may have for it. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* clang-format off */
/*    id             key        method */
#define CHECK_REQUESTS(X) \
    X(CHECK_GET,     "get",     "GET"), \
    X(CHECK_HEAD,    "head",    "HEAD"), \
    X(CHECK_POST,    "post",    "POST"), \
    X(CHECK_PUT,     "put",     "PUT"), \
    X(CHECK_PATCH,   "patch",   "PATCH"), \
    X(CHECK_DELETE,  "delete",  "DELETE"), \
    X(CHECK_CHAT,    "chat",    "POST")     /* a message, in the target's own way */
/* clang-format on */

enum check_request {
#define X(id, key, method) id
    CHECK_REQUESTS(X),
#undef X
    CHECK_REQUEST_COUNT
};
