/* SPDX-License-Identifier: MIT */
#include "history/rollout_last.h"

#include <unistd.h>

#include "base/safe_text.h"
#include "base/text.h"
#include "core/rollout_record.h"
#include "history/store.h"
#include "io/sqlite.h"

static bool not_found(const char *target, struct error *err) {
    return error_set(err, ERROR_NOT_FOUND, "there was no rollout of %s yet", target);
}

static bool take(
    const struct statement *statement, struct rollout_last *last, struct error *err) {
    struct slice state = statement_blob(statement, 0);
    struct byte_reader reader =
        byte_reader_of((const uint8_t *)state.data, state.length);
    if (!record_get(&rollout_record, &last->rollout, &reader)) {
        return error_set(
            err, ERROR_PROTOCOL,
            "what is written of it cannot be read by flightdeck " FLIGHTDECK_VERSION);
    }
    last->epoch = (uint64_t)statement_int(statement, 1);
    last->at_ms = statement_int(statement, 2);
    return true;
}

static bool find(
    struct sqlite *sqlite, const char *target, struct rollout_last *last,
    struct error *err) {
    struct statement *statement = statement_new(
        sqlite,
        "SELECT state,epoch,coalesce(ended_ms,alive_ms) FROM rollout WHERE target=?"
        " ORDER BY created_ms DESC,id DESC LIMIT 1",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, target);
    bool found = false;
    enum statement_step step = statement_next(statement, err);
    if (step == STATEMENT_ROW) found = take(statement, last, err);
    if (step == STATEMENT_DONE) not_found(target, err);
    statement_free(statement);
    return found;
}

bool rollout_last_read(
    const char *path, const char *target, struct rollout_last *last,
    struct error *err) {
    char place[FOLDER_PATH_SIZE];
    text_copy_cut(place, sizeof place, path);
    if (!place[0] && !store_path(place, err)) return false;
    if (access(place, F_OK) != 0) return not_found(target, err);
    struct sqlite *sqlite = sqlite_open_read_only(place, err);
    if (!sqlite) return false;
    *last = (struct rollout_last){0};
    bool found = find(sqlite, target, last, err);
    if (!found && err->code != ERROR_NOT_FOUND) {
        error_wrap(err, "%s: the last rollout of %s", place, target);
    }
    sqlite_close(sqlite);
    return found;
}

bool rollout_last_before(
    const char *path, const char *id, char version[STATE_VERSION_SIZE]) {
    char place[FOLDER_PATH_SIZE];
    struct error ignored; /* what cannot be read is not known */
    text_copy_cut(place, sizeof place, path);
    if (!place[0] && !store_path(place, &ignored)) return false;
    if (access(place, F_OK) != 0) return false;
    struct sqlite *sqlite = sqlite_open_read_only(place, &ignored);
    if (!sqlite) return false;
    struct statement *statement =
        statement_new(sqlite, "SELECT version_from FROM rollout WHERE id=?", &ignored);
    bool found = false;
    if (statement) {
        statement_bind_string(statement, 1, id);
        found = statement_next(statement, &ignored) == STATEMENT_ROW;
    }
    if (found) {
        safe_text_copy(version, STATE_VERSION_SIZE, statement_string(statement, 0));
    }
    statement_free(statement);
    sqlite_close(sqlite);
    return found && version[0];
}
