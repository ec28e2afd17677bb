/* SPDX-License-Identifier: MIT */
#include "agent/access.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

bool access_token_valid(const char *token) {
    size_t length = strlen(token);
    if (length < ACCESS_TOKEN_MIN || length > ACCESS_TOKEN_MAX) return false;
    for (size_t i = 0; i < length; i++) {
        if (token[i] <= ' ' || token[i] > '~') return false;
    }
    return true;
}

void access_init(struct access *access, const char *token) {
    *access = (struct access){.is_guarded = token != NULL};
    if (token) sha256_hex(slice_of(token), access->digest);
}

/* Every character is looked at, whatever came before; and of a digest nobody can guess
 * one after the other. */
static bool is_same(
    const char expected[SHA256_HEX_SIZE], const char given[SHA256_HEX_SIZE]) {
    unsigned difference = 0;
    for (size_t i = 0; i < SHA256_HEX_SIZE; i++) {
        difference |= (unsigned)(unsigned char)expected[i] ^ (unsigned char)given[i];
    }
    return difference == 0;
}

bool access_allows(const struct access *access, const char *authorization) {
    static const char scheme[] = "Bearer ";
    if (!access->is_guarded) return true;
    if (!authorization || strncasecmp(authorization, scheme, sizeof scheme - 1) != 0) {
        return false;
    }
    const char *token = authorization + sizeof scheme - 1;
    token += strspn(token, " ");
    size_t length = strlen(token);
    if (length > ACCESS_TOKEN_MAX) return false;
    char digest[SHA256_HEX_SIZE];
    sha256_hex((struct slice){.data = token, .length = length}, digest);
    return is_same(access->digest, digest);
}
