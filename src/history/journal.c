/* SPDX-License-Identifier: MIT */
#include "history/journal.h"

#include <string.h>

#include "base/scan.h"
#include "base/sha256.h"
#include "io/sqlite.h"

/* The fields of one row, as they are hashed. */
struct link {
    struct slice before; /* the hash of the row before */
    struct slice run, phase, type, body;
    int64_t wall_ms, monotonic_us;
};

const char *journal_phase_name(enum journal_phase phase) {
    switch (phase) {
    case JOURNAL_INTENT: return "intent";
    case JOURNAL_DONE: return "done";
    case JOURNAL_FAILED: return "failed";
    case JOURNAL_OBSERVE: return "observe";
    case JOURNAL_NOTE: return "note";
    }
    return "note";
}

static void hash_number(struct sha256 *sha, uint64_t number) {
    uint8_t bytes[sizeof number];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(number >> (8 * i));
    sha256_add(sha, bytes, sizeof bytes);
}

/* The length goes in front, so that no two rows can run into each other. */
static void hash_slice(struct sha256 *sha, struct slice slice) {
    hash_number(sha, slice.length);
    sha256_add(sha, slice.data, slice.length);
}

static void hash_link(const struct link *link, uint8_t hash[JOURNAL_HASH_SIZE]) {
    struct sha256 sha;
    sha256_init(&sha);
    hash_slice(&sha, link->before);
    hash_slice(&sha, link->run);
    hash_slice(&sha, link->phase);
    hash_slice(&sha, link->type);
    hash_slice(&sha, link->body);
    hash_number(&sha, (uint64_t)link->wall_ms);
    hash_number(&sha, (uint64_t)link->monotonic_us);
    sha256_end(&sha, hash);
}

/* The hash of the newest row; zeros before the first one. */
static bool read_last_hash(
    struct sqlite *sqlite, uint8_t hash[JOURNAL_HASH_SIZE], struct error *err) {
    struct statement *statement =
        statement_new(sqlite, "SELECT hash FROM event ORDER BY seq DESC LIMIT 1", err);
    if (!statement) return false;
    memset(hash, 0, JOURNAL_HASH_SIZE);
    enum statement_step step = statement_next(statement, err);
    struct slice last = {0};
    if (step == STATEMENT_ROW) last = statement_blob(statement, 0);
    bool fits = step == STATEMENT_DONE || last.length == JOURNAL_HASH_SIZE;
    if (last.length == JOURNAL_HASH_SIZE) memcpy(hash, last.data, JOURNAL_HASH_SIZE);
    statement_free(statement);
    if (step == STATEMENT_FAILED) return false;
    return fits || error_set(err, ERROR_PROTOCOL, "the journal's last hash is damaged");
}

bool journal_add(
    struct sqlite *sqlite, const struct journal_entry *entry, struct error *err) {
    uint8_t before[JOURNAL_HASH_SIZE];
    uint8_t hash[JOURNAL_HASH_SIZE];
    if (!read_last_hash(sqlite, before, err)) return false;
    struct link link = {
        .before = {.data = (const char *)before, .length = sizeof before},
        .run = slice_of(entry->run),
        .phase = slice_of(journal_phase_name(entry->phase)),
        .type = slice_of(entry->type),
        .body = slice_of(entry->body),
        .wall_ms = entry->wall_ms,
        .monotonic_us = (int64_t)entry->monotonic_us,
    };
    hash_link(&link, hash);

    struct statement *statement = statement_new(
        sqlite,
        "INSERT INTO event(run_id,ts_ms,mono_us,phase,type,body_json,prev_hash,hash)"
        " VALUES(?,?,?,?,?,?,?,?)",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, entry->run);
    statement_bind_int(statement, 2, link.wall_ms);
    statement_bind_int(statement, 3, link.monotonic_us);
    statement_bind_string(statement, 4, journal_phase_name(entry->phase));
    statement_bind_string(statement, 5, entry->type);
    statement_bind_string(statement, 6, entry->body);
    statement_bind_blob(statement, 7, link.before);
    statement_bind_blob(
        statement, 8,
        (struct slice){.data = (const char *)hash, .length = sizeof hash});
    return statement_finish(statement, err);
}

/* Whether the row under the statement continues the chain that ends in `before`. */
static bool row_fits(
    const struct statement *statement, uint8_t before[JOURNAL_HASH_SIZE]) {
    struct link link = {
        .before = statement_blob(statement, 6),
        .run = statement_string(statement, 1),
        .wall_ms = statement_int(statement, 2),
        .monotonic_us = statement_int(statement, 3),
        .phase = statement_string(statement, 4),
        .type = statement_string(statement, 5),
        .body = statement_string(statement, 8),
    };
    uint8_t hash[JOURNAL_HASH_SIZE];
    hash_link(&link, hash);
    struct slice kept = statement_blob(statement, 7);
    bool linked = link.before.length == JOURNAL_HASH_SIZE &&
                  memcmp(link.before.data, before, JOURNAL_HASH_SIZE) == 0;
    bool whole = kept.length == JOURNAL_HASH_SIZE &&
                 memcmp(kept.data, hash, JOURNAL_HASH_SIZE) == 0;
    memcpy(before, hash, JOURNAL_HASH_SIZE);
    return linked && whole;
}

bool journal_verify(
    struct sqlite *sqlite, uint64_t *rows, uint64_t *broken, struct error *err) {
    struct statement *statement = statement_new(
        sqlite,
        "SELECT seq,run_id,ts_ms,mono_us,phase,type,prev_hash,hash,body_json"
        " FROM event ORDER BY seq",
        err);
    if (!statement) return false;
    uint8_t before[JOURNAL_HASH_SIZE] = {0};
    enum statement_step step = STATEMENT_DONE;
    *rows = 0;
    *broken = 0;
    while ((step = statement_next(statement, err)) == STATEMENT_ROW) {
        ++*rows;
        if (row_fits(statement, before)) continue;
        *broken = (uint64_t)statement_int(statement, 0);
        error_set(
            err, ERROR_PROTOCOL, "row %llu of the journal does not fit the chain",
            (unsigned long long)*broken);
        step = STATEMENT_FAILED;
        break;
    }
    statement_free(statement);
    return step == STATEMENT_DONE;
}
