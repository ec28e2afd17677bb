/* What went wrong, in words: filled by whoever notices, extended by every caller. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/* clang-format off */
/*    id                 name */
#define ERRORS(X) \
    X(ERROR_NONE,        "none"), \
    X(ERROR_USAGE,       "usage"),        /* the operator asked for something impossible */ \
    X(ERROR_SYNTAX,      "syntax"),       /* a file or a message that cannot be read */ \
    X(ERROR_LIMIT,       "limit"),        /* larger than its named limit */ \
    X(ERROR_SYSTEM,      "system"),       /* the operating system said no */ \
    X(ERROR_NOT_FOUND,   "not_found"), \
    X(ERROR_CONNECT,     "connect"),      /* no connection: refused, unreachable, no such host */ \
    X(ERROR_TLS,         "tls"), \
    X(ERROR_TIMEOUT,     "timeout"), \
    X(ERROR_PROTOCOL,    "protocol"),     /* the peer does not speak as it should */ \
    X(ERROR_LOST,        "lost"),         /* the connection ended; the outcome is unknown */ \
    X(ERROR_AUTH,        "auth"), \
    X(ERROR_FORBIDDEN,   "forbidden"),    /* our own authority does not allow it */ \
    X(ERROR_CONFLICT,    "conflict"),     /* somebody else holds it */ \
    X(ERROR_REPLY,       "reply"),        /* the peer answered with an error */ \
    X(ERROR_CANCELLED,   "cancelled")
/* clang-format on */

enum error_code {
#define X(id, name) id
    ERRORS(X)
#undef X
};

enum { ERROR_MESSAGE_SIZE = 320 };

struct error {
    enum error_code code;
    char message[ERROR_MESSAGE_SIZE]; /* cut with an ellipsis when longer */
};

/* Both return false, so that a failing function can end with them. */
bool error_set(struct error *err, enum error_code code, const char *words, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts what the caller was doing in front: "reading night.theme: line 3: ...". */
bool error_wrap(struct error *err, const char *words, ...)
    __attribute__((format(printf, 2, 3)));

const char *error_code_name(enum error_code code);
