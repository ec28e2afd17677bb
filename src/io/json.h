/* JSON through cJSON, with the limits and checks that cJSON lacks. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "base/scan.h"
#include "core/document.h"

enum { JSON_BYTES_MAX = 4 * 1024 * 1024 };

/* The whole of `text` as one JSON value: valid UTF-8, no control characters or \u0000 in
 * strings, no duplicate keys, depth up to DOCUMENT_DEPTH_MAX, nothing behind it, numbers
 * as RFC 8259 writes them. NULL, with `err` set, for anything else. */
struct document *json_parse(struct slice text, struct error *err);
