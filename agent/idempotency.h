/* A client's Idempotency-Key: the same request twice is worked on once. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/scan.h"
#include "base/sha256.h"

enum { IDEMPOTENCY_KEY_SIZE = 129 };

struct idempotency {
    char key[IDEMPOTENCY_KEY_SIZE]; /* "" without one */
    char body[SHA256_HEX_SIZE];     /* what tells this request from others */
};

/* `header` is the client's, NULL for none; a key is 1 to 128 printable ASCII characters
 * without blanks, quotes included when the client sends some. */
bool idempotency_read(
    struct idempotency *idempotency, const char *header, struct slice body,
    struct error *err);
