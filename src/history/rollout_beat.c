/* SPDX-License-Identifier: MIT */
#include "history/rollout_beat.h"

#include "io/sqlite.h"

static bool put_evidence(
    struct sqlite *sqlite, const struct rollout_beat *beat, struct error *err) {
    struct statement *statement = statement_new(
        sqlite,
        "INSERT INTO stat(rollout,evidence,input_offset,updated_ms) VALUES(?,?,?,?)"
        " ON CONFLICT(rollout) DO UPDATE SET evidence=excluded.evidence,"
        "input_offset=excluded.input_offset,updated_ms=excluded.updated_ms",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, beat->id);
    statement_bind_blob(statement, 2, beat->evidence);
    statement_bind_int(statement, 3, (int64_t)beat->offset);
    statement_bind_int(statement, 4, beat->wall_ms);
    return statement_finish(statement, err);
}

static bool put_users(
    struct sqlite *sqlite, const struct rollout_beat *beat, struct error *err) {
    if (beat->user_count == 0) return true;
    struct statement *statement = statement_new(
        sqlite,
        "INSERT INTO seen_unit(rollout,unit,facts) VALUES(?,?,?)"
        " ON CONFLICT(rollout,unit) DO UPDATE SET facts=facts|excluded.facts",
        err);
    if (!statement) return false;
    enum statement_step step = STATEMENT_DONE;
    for (uint32_t i = 0; i < beat->user_count && step == STATEMENT_DONE; i++) {
        statement_reset(statement);
        statement_bind_string(statement, 1, beat->id);
        statement_bind_int(statement, 2, (int64_t)beat->users[i].hash);
        statement_bind_int(statement, 3, beat->users[i].facts);
        step = statement_next(statement, err);
    }
    statement_free(statement);
    return step == STATEMENT_DONE;
}

/* A claim may not have been written, for want of room: the first beat makes up for it,
 * unless whoever was before has written in between what is not known here. */
bool rollout_beat_write(
    struct sqlite *sqlite, const struct rollout_beat *beat, struct error *err) {
    struct statement *statement = statement_new(
        sqlite,
        "UPDATE rollout SET alive_ms=?1,epoch=?3 WHERE id=?2"
        " AND (epoch=?3 OR (epoch<?3 AND version<=?4))",
        err);
    if (!statement) return false;
    statement_bind_int(statement, 1, beat->wall_ms);
    statement_bind_string(statement, 2, beat->id);
    statement_bind_int(statement, 3, (int64_t)beat->epoch);
    statement_bind_int(statement, 4, (int64_t)beat->version);
    if (!statement_finish(statement, err)) return false;
    if (sqlite_changes(sqlite) != 1) {
        return error_set(
            err, ERROR_CONFLICT, "somebody else has taken this rollout over");
    }
    if (beat->evidence.length > 0 && !put_evidence(sqlite, beat, err)) return false;
    return put_users(sqlite, beat, err);
}

bool rollout_beat_users(
    struct sqlite *sqlite, const char *id, rollout_user_fn on_user, void *owner,
    struct error *err) {
    struct statement *statement =
        statement_new(sqlite, "SELECT unit,facts FROM seen_unit WHERE rollout=?", err);
    if (!statement) return false;
    statement_bind_string(statement, 1, id);
    enum statement_step step = STATEMENT_DONE;
    while ((step = statement_next(statement, err)) == STATEMENT_ROW) {
        const struct rollout_user user = {
            (uint64_t)statement_int(statement, 0),
            (uint32_t)statement_int(statement, 1)};
        on_user(owner, &user);
    }
    statement_free(statement);
    return step == STATEMENT_DONE;
}
