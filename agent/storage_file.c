/* SPDX-License-Identifier: MIT */
#include "agent/storage_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "io/sqlite.h"

enum { PRAGMA_SIZE = 64 };

static const char schema[] =
    "CREATE TABLE orders(id TEXT PRIMARY KEY, state TEXT NOT NULL, items TEXT NOT NULL,"
    " total_cents INTEGER NOT NULL CHECK(total_cents >= 0), currency TEXT NOT NULL,"
    " ordered TEXT NOT NULL, due TEXT NOT NULL) STRICT;"
    "CREATE TABLE jobs(id TEXT PRIMARY KEY, version TEXT NOT NULL,"
    " outcome TEXT NOT NULL, user_hash TEXT NOT NULL, mode TEXT NOT NULL,"
    " priority INTEGER NOT NULL, attempts INTEGER NOT NULL,"
    " submitted_ms INTEGER NOT NULL, started_ms INTEGER NOT NULL,"
    " finished_ms INTEGER NOT NULL, input_tokens INTEGER NOT NULL,"
    " output_tokens INTEGER NOT NULL, cost_usd REAL) STRICT;"
    "CREATE TABLE ratings(job_id TEXT PRIMARY KEY, version TEXT NOT NULL,"
    " rating INTEGER NOT NULL CHECK(rating BETWEEN 1 AND 5), comment TEXT NOT NULL,"
    " rated_ms INTEGER NOT NULL) STRICT;";

/* The file's form is what these have made of it. */
static const char *const migrations[STORAGE_VERSION] = {schema, orders_seed};

struct storage_file {
    struct sqlite *sqlite;
};

struct storage_reader {
    struct sqlite *sqlite;
    struct statement *find;
};

static bool refuse_newer(struct sqlite *sqlite, const char *path, struct error *err) {
    int64_t version = 0;
    if (!sqlite_is_read_only(sqlite)) return true;
    if (!sqlite_version(sqlite, &version, err)) return error_wrap(err, "%s", path);
    return error_set(
        err, ERROR_USAGE,
        "%s: made by a newer program: its form is %lld, and %d is the newest known "
        "here",
        path, (long long)version, STORAGE_VERSION);
}

static bool set_busy_limit(struct sqlite *sqlite, struct error *err) {
    char pragma[PRAGMA_SIZE];
    snprintf(pragma, sizeof pragma, "PRAGMA busy_timeout=%d", STORAGE_BUSY_MS);
    return sqlite_run(sqlite, pragma, err);
}

struct storage_file *storage_file_open(const char *path, struct error *err) {
    struct sqlite *sqlite = sqlite_open(path, migrations, STORAGE_VERSION, err);
    if (!sqlite) return NULL;
    /* Records of the last moments may be lost with the power, never the file: Redis has
     * them, too, and every chat would have to wait for the disk. */
    if (!refuse_newer(sqlite, path, err) || !set_busy_limit(sqlite, err) ||
        !sqlite_run(sqlite, "PRAGMA synchronous=NORMAL", err)) {
        sqlite_close(sqlite);
        return NULL;
    }
    struct storage_file *file = memory_new(sizeof *file);
    file->sqlite = sqlite;
    return file;
}

void storage_file_close(struct storage_file *file) {
    if (!file) return;
    sqlite_close(file->sqlite);
    free(file);
}

static void bind_record(
    struct statement *statement, const struct storage_record *record) {
    statement_bind_string(statement, 1, record->id);
    statement_bind_string(statement, 2, record->version);
    statement_bind_string(statement, 3, outcome_name(record->outcome));
    statement_bind_string(statement, 4, record->user_hash);
    statement_bind_string(statement, 5, record->mode);
    statement_bind_int(statement, 6, (int64_t)record->priority);
    statement_bind_int(statement, 7, record->attempts);
    statement_bind_int(statement, 8, record->submitted_ms);
    statement_bind_int(statement, 9, record->started_ms);
    statement_bind_int(statement, 10, record->finished_ms);
    statement_bind_int(statement, 11, (int64_t)record->input_tokens);
    statement_bind_int(statement, 12, (int64_t)record->output_tokens);
    if (isnan(record->cost_usd)) {
        statement_bind_null(statement, 13);
    } else {
        statement_bind_double(statement, 13, record->cost_usd);
    }
}

static bool add_records(
    struct storage_file *file, const struct storage_record *records, size_t count,
    size_t *new_count, struct error *err) {
    struct statement *add = statement_new(
        file->sqlite,
        "INSERT INTO jobs VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO NOTHING",
        err);
    if (!add) return false;
    bool is_good = true;
    for (size_t i = 0; i < count && is_good; i++) {
        statement_reset(add);
        bind_record(add, &records[i]);
        is_good = statement_next(add, err) == STATEMENT_DONE;
        if (is_good) *new_count += (size_t)sqlite_changes(file->sqlite);
    }
    statement_free(add);
    return is_good;
}

/* Rows are numbered in the order in which they came. */
static bool forget_oldest(
    struct storage_file *file, const char *sql, int64_t most, struct error *err) {
    struct statement *forget = statement_new(file->sqlite, sql, err);
    if (!forget) return false;
    statement_bind_int(forget, 1, most);
    return statement_finish(forget, err);
}

bool storage_file_record(
    struct storage_file *file, const struct storage_record *records, size_t count,
    size_t *new_count, struct error *err) {
    size_t added = 0;
    if (!sqlite_begin(file->sqlite, err)) return false;
    bool is_good =
        add_records(file, records, count, &added, err) &&
        forget_oldest(
            file, "DELETE FROM jobs WHERE rowid <= (SELECT max(rowid) FROM jobs) - ?",
            STORAGE_JOBS_MAX, err);
    if (!is_good) {
        sqlite_rollback(file->sqlite);
        return false;
    }
    if (!sqlite_commit(file->sqlite, err)) return false;
    *new_count = added;
    return true;
}

/* One row with one text, or none. */
static bool look_up(
    struct storage_file *file, const char *sql, const char *id, struct text *found,
    struct error *err) {
    struct statement *statement = statement_new(file->sqlite, sql, err);
    if (!statement) return false;
    statement_bind_string(statement, 1, id);
    enum statement_step step = statement_next(statement, err);
    if (step == STATEMENT_ROW) text_add_slice(found, statement_string(statement, 0));
    statement_free(statement);
    return step != STATEMENT_FAILED;
}

static bool put_rating(
    struct storage_file *file, const struct storage_rating *rating, struct error *err) {
    struct statement *put = statement_new(
        file->sqlite,
        "INSERT INTO ratings VALUES(?1,?2,?3,?4,?5) ON CONFLICT(job_id) DO UPDATE"
        " SET version=?2, rating=?3, comment=?4, rated_ms=?5",
        err);
    if (!put) return false;
    statement_bind_string(put, 1, rating->id);
    statement_bind_string(put, 2, rating->version);
    statement_bind_int(put, 3, rating->rating);
    statement_bind_string(put, 4, rating->comment);
    statement_bind_int(put, 5, rating->rated_ms);
    return statement_finish(put, err) && forget_oldest(
                                             file,
                                             "DELETE FROM ratings WHERE rowid <= "
                                             "(SELECT max(rowid) FROM ratings) - ?",
                                             STORAGE_RATINGS_MAX, err);
}

static bool find_version(
    struct storage_file *file, struct storage_rating *rating, struct error *err) {
    if (rating->version[0] != '\0') return true;
    struct text version = TEXT_IN(rating->version);
    return look_up(
        file, "SELECT version FROM jobs WHERE id=?", rating->id, &version, err);
}

static bool rate(
    struct storage_file *file, struct storage_rating *rating, enum storage_rated *rated,
    struct error *err) {
    char before[ORDER_WORD_SIZE];
    struct text text = TEXT_IN(before);
    if (!find_version(file, rating, err)) return false;
    if (rating->version[0] == '\0') {
        *rated = STORAGE_RATED_NOTHING;
        return true;
    }
    static const char sql[] = "SELECT rating FROM ratings WHERE job_id=?";
    if (!look_up(file, sql, rating->id, &text, err)) return false;
    *rated = text.length > 0 ? STORAGE_RATED_AGAIN : STORAGE_RATED;
    return put_rating(file, rating, err);
}

bool storage_file_rate(
    struct storage_file *file, struct storage_rating *rating, enum storage_rated *rated,
    struct error *err) {
    struct storage_rating kept = *rating;
    enum storage_rated how = STORAGE_RATED;
    if (!sqlite_begin(file->sqlite, err)) return false;
    if (!rate(file, &kept, &how, err)) {
        sqlite_rollback(file->sqlite);
        return false;
    }
    if (!sqlite_commit(file->sqlite, err)) return false;
    *rating = kept;
    *rated = how;
    return true;
}

struct storage_reader *storage_reader_open(const char *path, struct error *err) {
    struct sqlite *sqlite = sqlite_open_read_only(path, err);
    if (!sqlite) return NULL;
    struct statement *find = NULL;
    if (set_busy_limit(sqlite, err)) {
        find = statement_new(
            sqlite,
            "SELECT id, state, items, total_cents, currency, ordered, due"
            " FROM orders WHERE id=?",
            err);
    }
    if (!find) {
        sqlite_close(sqlite);
        return NULL;
    }
    struct storage_reader *reader = memory_new(sizeof *reader);
    *reader = (struct storage_reader){.sqlite = sqlite, .find = find};
    return reader;
}

void storage_reader_close(struct storage_reader *reader) {
    if (!reader) return;
    statement_free(reader->find);
    sqlite_close(reader->sqlite);
    free(reader);
}

/* Whoever filled the table may have written anything. */
static void read_word(const struct statement *row, int column, char *to, size_t size) {
    safe_text_copy(to, size, statement_string(row, column));
}

static void read_order(const struct statement *row, struct order *order) {
    read_word(row, 0, order->id, sizeof order->id);
    read_word(row, 1, order->state, sizeof order->state);
    read_word(row, 2, order->items, sizeof order->items);
    order->total_cents = statement_int(row, 3);
    read_word(row, 4, order->currency, sizeof order->currency);
    read_word(row, 5, order->ordered, sizeof order->ordered);
    read_word(row, 6, order->due, sizeof order->due);
}

bool storage_reader_find(
    struct storage_reader *reader, const char *id, struct order *order, bool *is_found,
    struct error *err) {
    statement_reset(reader->find);
    statement_bind_string(reader->find, 1, id);
    enum statement_step step = statement_next(reader->find, err);
    if (step == STATEMENT_ROW) read_order(reader->find, order);
    /* A statement that stands in a row holds up the checkpoints of everybody. */
    statement_reset(reader->find);
    if (step == STATEMENT_FAILED) return false;
    *is_found = step == STATEMENT_ROW;
    return true;
}
