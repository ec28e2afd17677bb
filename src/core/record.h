/* A struct as bytes and back: one row per member, so that what is written and what is
 * read cannot differ. For pipes between programs of one version. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum record_kind {
    RECORD_COUNT,     /* any unsigned integer, bool or enum, as a varint */
    RECORD_REAL,      /* double; only a finite one is read */
    RECORD_TEXT,      /* char[], ends in a NUL */
    RECORD_COUNTS,    /* uint64_t[]: those that are not zero */
    RECORD_HISTOGRAM, /* struct histogram */
    RECORD_STRUCT,    /* the struct of `of` */
    RECORD_LIST,      /* an array of them, and how many there are in a uint32_t */
};

struct record_field {
    enum record_kind kind;
    bool is_flag;        /* a bool: nothing but 0 and 1 is read */
    size_t offset, size; /* of the member */
    uint64_t most;       /* RECORD_COUNT: the largest that is read; 0: what fits */
    const struct record *of;
    size_t count_offset;
};

struct record {
    const struct record_field *fields;
    size_t field_count;
    size_t size; /* of the struct */
};

/* clang-format off */
#define RECORD_IS_FLAG(member) _Generic((member), bool: true, default: false)
/* clang-format on */
#define RECORD_AT(type, member)                                            \
    .offset = offsetof(type, member), .size = sizeof(((type *)0)->member), \
    .is_flag = RECORD_IS_FLAG(((type *)0)->member)
#define RECORD_OF(type, rows)                                           \
    {                                                                   \
        .fields = (rows), .field_count = sizeof(rows) / sizeof *(rows), \
        .size = sizeof(type)                                            \
    }

/* A list's count must be within its array; otherwise the writer overflows. */
void record_put(
    const struct record *record, const void *from, struct byte_writer *writer);

/* Reads over a struct that is all zeros or was read before. False for bytes that
 * record_put() cannot have written: then `to` must not be used. */
bool record_get(const struct record *record, void *to, struct byte_reader *reader);
