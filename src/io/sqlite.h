/* SQLite files: opened with the pragmas that make them safe, brought to their newest
 * form, spoken to in prepared statements. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

struct sqlite;
struct statement;

/* How long another process is waited for, unless
 * sqlite_wait() says otherwise; then it is ERROR_TIMEOUT. */
enum { SQLITE_BUSY_MS = 5000 };

/* Opens or makes the file (mode 0600, WAL, synchronous=FULL, foreign keys) and runs the
 * migrations it has not seen yet, each in a transaction of its own. A file of a newer
 * program is opened to read only. NULL with `err` set. */
struct sqlite *sqlite_open(
    const char *path, const char *const *migrations, size_t migration_count,
    struct error *err);
/* Opens a file that is there, as it is, for looking only; also where there is no room
 * for what SQLite needs for that, and nobody can write. */
struct sqlite *sqlite_open_read_only(const char *path, struct error *err);
/* After its statements have been freed. */
void sqlite_close(struct sqlite *sqlite);
void sqlite_wait(struct sqlite *sqlite, int busy_ms);
bool sqlite_is_read_only(const struct sqlite *sqlite);
/* How many migrations the file has seen. */
bool sqlite_version(struct sqlite *sqlite, int64_t *version, struct error *err);

/* Statements without results. */
bool sqlite_run(struct sqlite *sqlite, const char *sql, struct error *err);

/* How many rows the last INSERT, UPDATE or DELETE touched. */
int64_t sqlite_changes(const struct sqlite *sqlite);

/* BEGIN IMMEDIATE; the end keeps everything or nothing. */
bool sqlite_begin(struct sqlite *sqlite, struct error *err);
bool sqlite_commit(struct sqlite *sqlite, struct error *err);
void sqlite_rollback(struct sqlite *sqlite);

/* Freed with statement_free(); NULL with `err` set. */
struct statement *statement_new(
    struct sqlite *sqlite, const char *sql, struct error *err);
void statement_free(struct statement *statement);
void statement_reset(struct statement *statement); /* to run it again, unbound */

/* Parameters are counted from 1; strings and blobs are copied. */
void statement_bind_string(struct statement *statement, int at, const char *value);
void statement_bind_blob(struct statement *statement, int at, struct slice value);
void statement_bind_int(struct statement *statement, int at, int64_t value);
void statement_bind_double(struct statement *statement, int at, double value);
void statement_bind_null(struct statement *statement, int at);

enum statement_step { STATEMENT_ROW, STATEMENT_DONE, STATEMENT_FAILED };
enum statement_step statement_next(struct statement *statement, struct error *err);

/* Runs a statement that has no rows, and frees it. NULL is a failure already told. */
bool statement_finish(struct statement *statement, struct error *err);

/* Columns are counted from 0; slices are borrowed until the next step. */
struct slice statement_string(const struct statement *statement, int column);
struct slice statement_blob(const struct statement *statement, int column);
int64_t statement_int(const struct statement *statement, int column);
double statement_double(
    const struct statement *statement, int column); /* NaN for NULL */
bool statement_is_null(const struct statement *statement, int column);
