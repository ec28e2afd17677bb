/* What a document may say and where each value goes: one row per key. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/mistakes.h"

/* clang-format off */
#define SCHEMA_KINDS(X) \
    X(SCHEMA_STRING,       "a string on one line")         /* char[] */ \
    X(SCHEMA_TEXT,         "a string")                     /* char[]; may hold line ends */ \
    X(SCHEMA_URL,          "a URL")                        /* char[]; `words`: its schemes */ \
    X(SCHEMA_PATH,         "a path that starts with /")    /* char[]; of a URL */ \
    X(SCHEMA_FILE,         "the name of a file")           /* char[] */ \
    X(SCHEMA_BOOL,         "true or false")                /* bool */ \
    X(SCHEMA_INTEGER,      "a whole number")               /* unsigned, or int64_t */ \
    X(SCHEMA_NUMBER,       "a number")                     /* double */ \
    X(SCHEMA_DURATION,     "a duration like 250ms or 10m") /* uint64_t ns */ \
    X(SCHEMA_MILLISECONDS, "a duration like 250ms or 2s")  /* double ms */ \
    X(SCHEMA_BYTES,        "a size like 64KiB or 16MB")    /* uint64_t */ \
    X(SCHEMA_RATIO,        "a ratio like 5% or 0.05")      /* double, 0 to 1 */ \
    X(SCHEMA_FACTOR,       "a factor like 1.5x")           /* double */ \
    X(SCHEMA_ENUM,         "one of")                       /* unsigned: index in `words` */ \
    X(SCHEMA_JSON,         "any value")                    /* char[]: written as JSON */ \
    X(SCHEMA_NODE,         "any value")                    /* const struct node * */ \
    X(SCHEMA_OBJECT,       "a map")                        /* the struct of `of` */ \
    X(SCHEMA_LIST,         "a list")                       /* array; one value: a list of one */ \
    X(SCHEMA_MAP,          "a map of names")               /* array, each with its name */
/* clang-format on */

enum schema_kind {
#define X(id, expected) id,
    SCHEMA_KINDS(X)
#undef X
};

struct schema_field {
    const char *key; /* NULL: what stands where a map could (see `struct schema`) */
    enum schema_kind kind;
    bool required, may_be_empty;
    bool secret;              /* its value is never shown, not even in a mistake */
    size_t offset, size;      /* of the member */
    double least, most;       /* of a value in its unit; of a list: how many */
    const char *fallback;     /* the default, as it would be written */
    const char *const *words; /* NULL at the end */
    const struct schema *of;  /* of an object, of the elements of a list or map */
    size_t count_offset, count_size; /* of its uint32_t; size 0: none */
};

#define SCHEMA_AT(type, member) \
    .offset = offsetof(type, member), .size = sizeof(((type *)0)->member)
#define SCHEMA_NODE_AT(type, member) \
    .offset = offsetof(type, member), .size = sizeof(void *)
#define SCHEMA_LIST_AT(type, array, count)                         \
    SCHEMA_AT(type, array), .count_offset = offsetof(type, count), \
                            .count_size = sizeof(((type *)0)->count)

/* A struct, read from a map or, by the field without a key, from a single value: `- /a`
 * as well as `- {path: /a}`. At most 64 fields. */
struct schema {
    const struct schema_field *fields;
    size_t field_count;
    size_t size;                   /* of the struct */
    size_t name_offset, name_size; /* where an element of a map keeps its name */
    void (*init)(void *to);        /* what the fallbacks cannot say; NULL for zeros */
};

#define SCHEMA_OF(type, rows) \
    .fields = (rows), .field_count = sizeof(rows) / sizeof *(rows), .size = sizeof(type)

/* Everything at its default. */
void schema_init(const struct schema *schema, void *to);

/* Writes what `root` says over what is there, layer after layer: a list replaces a
 * list, a map adds to a map. With mistakes, `to` must not be used. */
void schema_read(
    const struct schema *schema, const struct node *root, void *to,
    struct mistakes *mistakes);
