/* Bytes as base64, with its padding.
 * https://www.rfc-editor.org/rfc/rfc4648#section-4 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/scan.h"

/* Room for so many bytes as text, with a NUL. */
#define BASE64_SIZE(bytes) (((bytes) + 2) / 3 * 4 + 1)

/* False, with the buffer's overflow set, when it would pass its limit. */
bool base64_add(struct buffer *to, struct slice bytes);

/* Adds the bytes that the text stands for. False for what is no base64, or passes the
 * limit. */
bool base64_read(struct slice text, struct buffer *to);
