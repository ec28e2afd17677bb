/* SPDX-License-Identifier: MIT */
#include "io/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "io/folders.h"
#include "io/loop.h"

enum {
    FILE_MODE = 0600,
    PRAGMA_SIZE = 64,
    PRIMARY_CODE = 0xFF,
    BUSY_PAUSE_MS = 5,
    URI_SIZE = 3 * FOLDER_PATH_SIZE + 32,
};

struct sqlite {
    sqlite3 *handle;
    bool read_only;
};

struct statement {
    struct sqlite *sqlite; /* borrowed */
    sqlite3_stmt *handle;
};

/* A file that somebody holds for too long is late,
 * and nobody's for that: no conflict. */
static bool tell(const struct sqlite *sqlite, const char *doing, struct error *err) {
    int primary = sqlite3_errcode(sqlite->handle) & PRIMARY_CODE;
    bool is_held = primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
    return error_set(
        err, is_held ? ERROR_TIMEOUT : ERROR_SYSTEM, "%s: %s", doing,
        sqlite3_errmsg(sqlite->handle));
}

bool sqlite_run(struct sqlite *sqlite, const char *sql, struct error *err) {
    int status = sqlite3_exec(sqlite->handle, sql, NULL, NULL, NULL);
    return status == SQLITE_OK || tell(sqlite, "database", err);
}

int64_t sqlite_changes(const struct sqlite *sqlite) {
    return sqlite3_changes(sqlite->handle);
}

bool sqlite_begin(struct sqlite *sqlite, struct error *err) {
    return sqlite_run(sqlite, "BEGIN IMMEDIATE", err);
}

bool sqlite_commit(struct sqlite *sqlite, struct error *err) {
    if (sqlite_run(sqlite, "COMMIT", err)) return true;
    sqlite_rollback(sqlite);
    return false;
}

void sqlite_rollback(struct sqlite *sqlite) {
    /* Some errors have rolled back already; then there is nothing left to do. */
    if (!sqlite3_get_autocommit(sqlite->handle)) {
        sqlite3_exec(sqlite->handle, "ROLLBACK", NULL, NULL, NULL);
    }
}

bool sqlite_version(struct sqlite *sqlite, int64_t *version, struct error *err) {
    struct statement *statement = statement_new(sqlite, "PRAGMA user_version", err);
    if (!statement) return false;
    bool found = statement_next(statement, err) == STATEMENT_ROW;
    if (found) *version = statement_int(statement, 0);
    statement_free(statement);
    return found;
}

/* Another process may have migrated since: the version is read again inside. */
static bool migrate_one(
    struct sqlite *sqlite, const char *sql, int64_t version, struct error *err) {
    int64_t now = 0;
    char pragma[PRAGMA_SIZE];
    struct text text = TEXT_IN(pragma);
    text_addf(&text, "PRAGMA user_version=%lld", (long long)version + 1);
    if (!sqlite_begin(sqlite, err)) return false;
    if (!sqlite_version(sqlite, &now, err)) goto undo;
    if (now > version) {
        sqlite_rollback(sqlite);
        return true;
    }
    if (!sqlite_run(sqlite, sql, err) || !sqlite_run(sqlite, pragma, err)) goto undo;
    return sqlite_commit(sqlite, err);
undo:
    sqlite_rollback(sqlite);
    return false;
}

static bool migrate(
    struct sqlite *sqlite, const char *const *migrations, size_t count,
    struct error *err) {
    int64_t version = 0;
    if (!sqlite_version(sqlite, &version, err)) return false;
    if (version > (int64_t)count) {
        sqlite->read_only = true;
        return sqlite_run(sqlite, "PRAGMA query_only=1", err);
    }
    for (; version < (int64_t)count; version++) {
        if (!migrate_one(sqlite, migrations[version], version, err)) return false;
    }
    return true;
}

/* SQLite would make it with the umask's mode: it is made here, readable by its owner
 * alone. */
static bool make_file(const char *path, struct error *err) {
    int descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (descriptor < 0) {
        return error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    }
    close(descriptor);
    return true;
}

/* The busy timeout does not cover two processes that switch a new file over at once. */
static bool use_write_ahead_log(struct sqlite *sqlite, struct error *err) {
    uint64_t start_ns = loop_clock_ns();
    for (;;) {
        int status =
            sqlite3_exec(sqlite->handle, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
        if (status == SQLITE_OK) return true;
        bool busy = (status & PRIMARY_CODE) == SQLITE_BUSY;
        bool late = loop_clock_ns() - start_ns >= SQLITE_BUSY_MS * NS_PER_MS;
        if (!busy || late) return tell(sqlite, "database", err);
        sqlite3_sleep(BUSY_PAUSE_MS);
    }
}

static bool prepare(
    struct sqlite *sqlite, const char *const *migrations, size_t count,
    struct error *err) {
    sqlite3_extended_result_codes(sqlite->handle, 1);
    sqlite3_busy_timeout(sqlite->handle, SQLITE_BUSY_MS);
    return use_write_ahead_log(sqlite, err) &&
           sqlite_run(sqlite, "PRAGMA synchronous=FULL", err) &&
           sqlite_run(sqlite, "PRAGMA foreign_keys=ON", err) &&
           sqlite_run(sqlite, "PRAGMA trusted_schema=OFF", err) &&
           migrate(sqlite, migrations, count, err);
}

struct sqlite *sqlite_open(
    const char *path, const char *const *migrations, size_t migration_count,
    struct error *err) {
    if (!make_file(path, err)) return NULL;
    struct sqlite *sqlite = memory_new(sizeof *sqlite);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    bool ready = false;
    if (sqlite3_open_v2(path, &sqlite->handle, flags, NULL) == SQLITE_OK) {
        ready = prepare(sqlite, migrations, migration_count, err);
    } else {
        tell(sqlite, "opening", err);
    }
    if (ready) return sqlite;
    error_wrap(err, "%s", path);
    sqlite_close(sqlite);
    return NULL;
}

/* The path may have characters that mean something there. */
static void add_path(struct text *uri, const char *path) {
    text_add(uri, "file:");
    for (; *path; path++) {
        if (strchr("%?#", *path)) {
            text_addf(uri, "%%%02x", (unsigned char)*path);
        } else {
            text_add_char(uri, *path);
        }
    }
}

static struct sqlite *look(const char *path, const char *how, struct error *err) {
    char name[URI_SIZE];
    struct text uri = TEXT_IN(name);
    struct sqlite *sqlite = memory_new(sizeof *sqlite);
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
                SQLITE_OPEN_URI;
    bool ready = false;
    sqlite->read_only = true;
    add_path(&uri, path);
    text_add(&uri, how);
    if (uri.truncated) {
        error_set(err, ERROR_LIMIT, "the path is too long");
    } else if (sqlite3_open_v2(name, &sqlite->handle, flags, NULL) == SQLITE_OK) {
        sqlite3_extended_result_codes(sqlite->handle, 1);
        ready = sqlite_run(sqlite, "PRAGMA query_only=1", err) &&
                sqlite_run(sqlite, "PRAGMA trusted_schema=OFF", err);
    } else {
        tell(sqlite, "opening", err);
    }
    if (ready) return sqlite;
    error_wrap(err, "%s", path);
    sqlite_close(sqlite);
    return NULL;
}

/* There was room a moment ago, or a quota says that there is none. */
static bool has_index(const struct sqlite *sqlite) {
    sqlite3_exec(sqlite->handle, "PRAGMA schema_version", NULL, NULL, NULL);
    return sqlite3_extended_errcode(sqlite->handle) != SQLITE_IOERR_SHMSIZE;
}

/* For a reader SQLite makes an index of the log, and lays it into memory: without
 * blocks behind it whoever touches that dies of it. So the index is left as it is, even
 * empty, and SQLite makes itself one of its own. Without a log all there is is in the
 * file, and that does not change: nobody can write what would have to be in a log
 * first. */
static struct sqlite *look_without_room(const char *path, struct error *err) {
    char log[URI_SIZE], index[URI_SIZE];
    struct text text = TEXT_IN(log);
    struct stat about;
    text_addf(&text, "%s-wal", path);
    if (stat(log, &about) != 0 || about.st_size == 0) {
        return look(path, "?immutable=1", err);
    }
    text = TEXT_IN(index);
    text_addf(&text, "%s-shm", path);
    /* One that is there is not opened: to close it would end the locks on it. */
    if (access(index, F_OK) != 0) {
        int descriptor =
            open(index, O_CREAT | O_RDONLY | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
        if (descriptor >= 0) close(descriptor);
    }
    return look(path, "?readonly_shm=1", err);
}

struct sqlite *sqlite_open_read_only(const char *path, struct error *err) {
    struct sqlite *sqlite = NULL;
    bool has_room = folder_takes_file(path);
    if (has_room) {
        sqlite = look(path, "", err);
        if (!sqlite) return NULL;
        has_room = has_index(sqlite);
    }
    if (!has_room) {
        sqlite_close(sqlite);
        sqlite = look_without_room(path, err);
        if (!sqlite) return NULL;
    }
    sqlite3_busy_timeout(sqlite->handle, SQLITE_BUSY_MS);
    return sqlite;
}

void sqlite_close(struct sqlite *sqlite) {
    if (!sqlite) return;
    int status = sqlite3_close(sqlite->handle);
    ensure(status == SQLITE_OK);
    free(sqlite);
}

void sqlite_wait(struct sqlite *sqlite, int busy_ms) {
    sqlite3_busy_timeout(sqlite->handle, busy_ms);
}

bool sqlite_is_read_only(const struct sqlite *sqlite) {
    return sqlite->read_only;
}

struct statement *statement_new(
    struct sqlite *sqlite, const char *sql, struct error *err) {
    sqlite3_stmt *handle = NULL;
    if (sqlite3_prepare_v2(sqlite->handle, sql, -1, &handle, NULL) != SQLITE_OK) {
        tell(sqlite, "database", err);
        return NULL;
    }
    struct statement *statement = memory_new(sizeof *statement);
    *statement = (struct statement){.sqlite = sqlite, .handle = handle};
    return statement;
}

void statement_free(struct statement *statement) {
    if (!statement) return;
    sqlite3_finalize(statement->handle);
    free(statement);
}

void statement_reset(struct statement *statement) {
    sqlite3_reset(statement->handle);
    sqlite3_clear_bindings(statement->handle);
}

/* Binding fails only for a wrong number or without memory: both are bugs here. */
static void bound(int status) {
    if (status != SQLITE_OK) panic("sqlite: binding: %s", sqlite3_errstr(status));
}

void statement_bind_string(struct statement *statement, int at, const char *value) {
    bound(sqlite3_bind_text(statement->handle, at, value, -1, SQLITE_TRANSIENT));
}

void statement_bind_blob(struct statement *statement, int at, struct slice value) {
    bound(sqlite3_bind_blob64(
        statement->handle, at, value.data, value.length, SQLITE_TRANSIENT));
}

void statement_bind_int(struct statement *statement, int at, int64_t value) {
    bound(sqlite3_bind_int64(statement->handle, at, value));
}

void statement_bind_double(struct statement *statement, int at, double value) {
    bound(sqlite3_bind_double(statement->handle, at, value));
}

void statement_bind_null(struct statement *statement, int at) {
    bound(sqlite3_bind_null(statement->handle, at));
}

enum statement_step statement_next(struct statement *statement, struct error *err) {
    int status = sqlite3_step(statement->handle);
    if (status == SQLITE_ROW) return STATEMENT_ROW;
    if (status == SQLITE_DONE) return STATEMENT_DONE;
    tell(statement->sqlite, "database", err);
    return STATEMENT_FAILED;
}

bool statement_finish(struct statement *statement, struct error *err) {
    if (!statement) return false;
    bool done = statement_next(statement, err) == STATEMENT_DONE;
    statement_free(statement);
    return done;
}

struct slice statement_string(const struct statement *statement, int column) {
    const void *text = sqlite3_column_text(statement->handle, column);
    int length = sqlite3_column_bytes(statement->handle, column);
    return (struct slice){
        .data = text ? text : "", .length = text ? (size_t)length : 0};
}

struct slice statement_blob(const struct statement *statement, int column) {
    const void *blob = sqlite3_column_blob(statement->handle, column);
    int length = sqlite3_column_bytes(statement->handle, column);
    return (struct slice){
        .data = blob ? blob : "", .length = blob ? (size_t)length : 0};
}

int64_t statement_int(const struct statement *statement, int column) {
    return sqlite3_column_int64(statement->handle, column);
}

double statement_double(const struct statement *statement, int column) {
    if (statement_is_null(statement, column)) return (double)NAN;
    return sqlite3_column_double(statement->handle, column);
}

bool statement_is_null(const struct statement *statement, int column) {
    return sqlite3_column_type(statement->handle, column) == SQLITE_NULL;
}
