/* Who may ask a service: whoever has its bearer token,
 * or everybody where there is none. RFC 6750. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/sha256.h"

enum { ACCESS_TOKEN_MIN = 16, ACCESS_TOKEN_MAX = 256 }; /* characters */

struct access {
    bool is_guarded;
    char digest[SHA256_HEX_SIZE]; /* of the token, which is not kept */
};

/* Printable ASCII without blanks, of that length. */
bool access_token_valid(const char *token);

/* `token` is NULL for none. */
void access_init(struct access *access, const char *token);

/* `authorization` is the value of that header, or NULL. How long it takes says nothing
 * of how much of the token is right. */
bool access_allows(const struct access *access, const char *authorization);
