/* SPDX-License-Identifier: MIT */
#include "support/parsed.h"

#include "base/panic.h"
#include "io/json.h"

struct document *parsed(const char *json) {
    struct error err = {0};
    struct document *document = json_parse(slice_of(json), &err);
    if (!document) panic("%s", err.message);
    return document;
}
