/* SPDX-License-Identifier: MIT */
#include "agent/idempotency.h"

#include <string.h>

bool idempotency_read(
    struct idempotency *idempotency, const char *header, struct slice body,
    struct error *err) {
    *idempotency = (struct idempotency){0};
    if (!header) return true;
    size_t length = 0;
    while (header[length] > ' ' && header[length] <= '~') length++;
    if (length == 0 || header[length] != '\0' || length >= IDEMPOTENCY_KEY_SIZE) {
        return error_set(
            err, ERROR_SYNTAX,
            "Idempotency-Key must be 1 to %d characters without blanks",
            IDEMPOTENCY_KEY_SIZE - 1);
    }
    memcpy(idempotency->key, header, length);
    sha256_hex(body, idempotency->body);
    return true;
}
