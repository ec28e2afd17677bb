/* Reads JSON token by token and makes no tree of it: for text that is only looked at.
 * Strict: https://www.rfc-editor.org/rfc/rfc8259, valid UTF-8, and no \u0000. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"

enum { JSON_DEPTH_MAX = 64 };

enum json_token {
    JSON_WRONG, /* this is not JSON, or nested too deep; so are all that follow */
    JSON_END,
    JSON_MAP,
    JSON_LIST,
    JSON_CLOSE, /* of the map or list that was opened last */
    JSON_KEY,
    JSON_STRING,
    JSON_OTHER, /* a number, true, false or null */
};

/* What may come next. */
enum json_place {
    JSON_AT_VALUE,
    JSON_AT_FIRST,     /* a value or the end of the list */
    JSON_AT_FIRST_KEY, /* or the end of the map */
    JSON_BEHIND_VALUE,
    JSON_IS_WRONG,
};

struct json_reader {
    struct scan scan;
    enum json_place place;
    uint32_t depth; /* how many maps and lists are open */
    uint64_t maps;  /* bit N: the one at depth N is a map */
};

struct json_reader json_reader_of(struct slice text);

/* `words` are those of a key or a string, without its quotes and escaped as they are
 * written; of anything else nothing. */
enum json_token json_reader_next(struct json_reader *reader, struct slice *words);

/* Reads over the rest of the value that began with `token`. False when it is none. */
bool json_reader_pass(struct json_reader *reader, enum json_token token);

/* Takes the rest of a string behind its first quote, with the last. NULL, or what is
 * wrong with it; then the scan stands where. */
const char *json_take_string(struct scan *scan);
