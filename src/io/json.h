/* JSON through cJSON, with the limits and checks that cJSON lacks. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"
#include "core/document.h"

enum { JSON_BYTES_MAX = 4 * 1024 * 1024 };

/* The whole of `text` as one JSON value: valid UTF-8, no control characters or \u0000
 * in strings, no duplicate keys, depth up to DOCUMENT_DEPTH_MAX, nothing behind it,
 * numbers as RFC 8259 writes them. NULL, with `err` set, for anything else. */
struct document *json_parse(struct slice text, struct error *err);

/* The same of at most `values_max` values:
 * what a stranger sends costs no more to refuse than to read. */
struct document *json_parse_few(
    struct slice text, uint32_t values_max, struct error *err);
