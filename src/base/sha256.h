/* SHA-256 (FIPS 180-4): fingerprints of files and links of chains. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"

enum { SHA256_SIZE = 32, SHA256_HEX_SIZE = 65, SHA256_BLOCK_SIZE = 64 };

/* A digest in the making. */
struct sha256 {
    uint32_t state[8];
    uint8_t block[SHA256_BLOCK_SIZE]; /* bytes that fill no block yet */
    size_t used;
    uint64_t length; /* bytes so far */
};

void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t length);

/* After this only sha256_init() may follow. */
void sha256_end(struct sha256 *sha, uint8_t digest[SHA256_SIZE]);

/* Of all the bytes, in lower-case hexadecimal. */
void sha256_hex(struct slice bytes, char hex[SHA256_HEX_SIZE]);
