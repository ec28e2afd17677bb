/* What was meant and what became of it: a chain of rows that can only grow. The intent
 * is on disk before its effect starts. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/ulid.h"

struct sqlite;

enum { JOURNAL_TYPE_SIZE = 48, JOURNAL_BODY_SIZE = 4096, JOURNAL_HASH_SIZE = 32 };

enum journal_phase {
    JOURNAL_INTENT,
    JOURNAL_DONE,
    JOURNAL_FAILED,
    JOURNAL_OBSERVE,
    JOURNAL_NOTE,
};

struct journal_entry {
    char run[ULID_STRING_SIZE]; /* an existing run */
    enum journal_phase phase;
    char type[JOURNAL_TYPE_SIZE]; /* "smoke.start" */
    char body[JOURNAL_BODY_SIZE]; /* JSON, redacted */
    int64_t wall_ms;
    uint64_t monotonic_us;
};

/* Adds one row to the chain, in a transaction of the caller's
 * (BEGIN IMMEDIATE, so that no other process adds one in between).
 * `hash` is SHA-256 over the hash before it and every field. */
bool journal_add(
    struct sqlite *sqlite, const struct journal_entry *entry, struct error *err);

/* Walks the whole chain: false with the first row that does not fit in `broken`, or
 * with `broken` 0 when it could not be read. `rows` is how many there are. */
bool journal_verify(
    struct sqlite *sqlite, uint64_t *rows, uint64_t *broken, struct error *err);

const char *journal_phase_name(enum journal_phase phase);
