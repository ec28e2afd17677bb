/* The ways in which a result can be written. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/* clang-format off */
#define FORMATS(X) \
    X(FORMAT_TEXT,     "text"), \
    X(FORMAT_JSON,     "json"), \
    X(FORMAT_JSONL,    "jsonl"), \
    X(FORMAT_JUNIT,    "junit"), \
    X(FORMAT_TAP,      "tap"), \
    X(FORMAT_GITHUB,   "github"), \
    X(FORMAT_MARKDOWN, "markdown"), \
    X(FORMAT_CSV,      "csv"), \
    X(FORMAT_HTML,     "html")
/* clang-format on */

enum format {
#define X(id, name) id
    FORMATS(X),
#undef X
    FORMAT_COUNT
};

const char *format_name(enum format format);
bool format_from_name(const char *name, enum format *format);
