/* SPDX-License-Identifier: MIT */
#include "history/store.h"

#include "base/text.h"
#include "io/sqlite.h"

/* One string per version of the file; a released one is never changed. */
static const char *const migrations[] = {
    "CREATE TABLE run("
    " id TEXT PRIMARY KEY,"
    " kind TEXT NOT NULL CHECK(kind IN('smoke','load','chaos','canary','preflight',"
    "  'tests','coverage')),"
    " target TEXT NOT NULL, scenario TEXT NOT NULL, scenario_hash TEXT NOT NULL,"
    " version TEXT, git_sha TEXT, baseline_run TEXT REFERENCES run(id),"
    " started_ms INTEGER NOT NULL, ended_ms INTEGER,"
    " verdict TEXT NOT NULL DEFAULT 'running' CHECK(verdict IN('running','pass','fail',"
    "  'inconclusive','aborted','error')),"
    " reason TEXT, exit_code INTEGER, actor TEXT NOT NULL, host TEXT NOT NULL,"
    " tool_version TEXT NOT NULL, env_json TEXT) STRICT;"
    "CREATE INDEX run_series ON run(kind,target,scenario_hash,started_ms);"
    "CREATE TABLE result(run_id TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " name TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 1,"
    " status TEXT NOT NULL CHECK(status IN('pass','fail','error','skip','unknown')),"
    " duration_us INTEGER, message TEXT, evidence_json TEXT,"
    " PRIMARY KEY(run_id,name,attempt)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE metric(run_id TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " name TEXT NOT NULL, labels TEXT NOT NULL DEFAULT '', value REAL,"
    " n INTEGER NOT NULL, unit TEXT NOT NULL,"
    " better TEXT NOT NULL CHECK(better IN('lower','higher','none')),"
    " PRIMARY KEY(run_id,name,labels)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE hist(run_id TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " name TEXT NOT NULL, encoding TEXT NOT NULL, data BLOB NOT NULL,"
    " PRIMARY KEY(run_id,name)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE event(seq INTEGER PRIMARY KEY,"
    " run_id TEXT NOT NULL REFERENCES run(id), ts_ms INTEGER NOT NULL,"
    " mono_us INTEGER NOT NULL,"
    " phase TEXT NOT NULL CHECK(phase IN('intent','done','failed','observe','note')),"
    " type TEXT NOT NULL, body_json TEXT NOT NULL, prev_hash BLOB NOT NULL,"
    " hash BLOB NOT NULL UNIQUE) STRICT;"
    "CREATE INDEX event_of_run ON event(run_id,seq);"
    "CREATE TRIGGER event_stays BEFORE UPDATE ON event"
    " BEGIN SELECT RAISE(ABORT,'the journal is append-only'); END;"
    "CREATE TRIGGER event_is_kept BEFORE DELETE ON event"
    " BEGIN SELECT RAISE(ABORT,'the journal is append-only'); END;"
    /* OR REPLACE removes rows without asking the trigger above. */
    "CREATE TRIGGER event_is_new BEFORE INSERT ON event"
    " WHEN EXISTS(SELECT 1 FROM event WHERE seq=NEW.seq OR hash=NEW.hash)"
    " BEGIN SELECT RAISE(ABORT,'the journal is append-only'); END;"
    "CREATE TRIGGER event_comes_last BEFORE INSERT ON event"
    " WHEN NEW.prev_hash IS NOT coalesce("
    "  (SELECT hash FROM event ORDER BY seq DESC LIMIT 1), zeroblob(32))"
    " BEGIN SELECT RAISE(ABORT,'the journal is one chain'); END;"
    "CREATE TABLE waiver(id TEXT PRIMARY KEY, item TEXT NOT NULL, target TEXT NOT NULL,"
    " owner TEXT NOT NULL, approver TEXT, reason TEXT NOT NULL, ticket TEXT,"
    " created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, revoked_ms INTEGER,"
    " CHECK(expires_ms>created_ms AND expires_ms-created_ms<=14*86400000)) STRICT;",

    /* Rollouts: at most one open per target, and at most one open intent of each. */
    "CREATE TABLE rollout(id TEXT PRIMARY KEY REFERENCES run(id),"
    " target TEXT NOT NULL, version_from TEXT NOT NULL, version_to TEXT NOT NULL,"
    " holder TEXT NOT NULL, host TEXT NOT NULL, phase TEXT NOT NULL,"
    " hold TEXT NOT NULL, reason TEXT NOT NULL, weight_bp INTEGER NOT NULL,"
    " epoch INTEGER NOT NULL, version INTEGER NOT NULL, state BLOB NOT NULL,"
    " created_ms INTEGER NOT NULL, alive_ms INTEGER NOT NULL, done_ms INTEGER,"
    " ended_ms INTEGER) STRICT;"
    "CREATE UNIQUE INDEX rollout_open ON rollout(target) WHERE ended_ms IS NULL;"
    "CREATE TABLE intent(seq INTEGER PRIMARY KEY,"
    " rollout TEXT NOT NULL REFERENCES rollout(id), epoch INTEGER NOT NULL,"
    " version INTEGER NOT NULL, op TEXT NOT NULL, weight_bp INTEGER NOT NULL,"
    " before_bp INTEGER NOT NULL, why TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    " done_ms INTEGER, outcome TEXT) STRICT;"
    "CREATE UNIQUE INDEX intent_open ON intent(rollout) WHERE done_ms IS NULL;"
    "CREATE TABLE rollout_event(seq INTEGER PRIMARY KEY,"
    " rollout TEXT NOT NULL REFERENCES rollout(id), ts_ms INTEGER NOT NULL,"
    " mono_us INTEGER NOT NULL, actor TEXT NOT NULL, pid INTEGER NOT NULL,"
    " epoch INTEGER NOT NULL, version INTEGER NOT NULL, from_phase TEXT NOT NULL,"
    " to_phase TEXT NOT NULL, hold TEXT NOT NULL, weight_bp INTEGER NOT NULL,"
    " reason TEXT NOT NULL) STRICT;"
    "CREATE INDEX rollout_event_of ON rollout_event(rollout,seq);"
    "CREATE TRIGGER rollout_event_stays BEFORE UPDATE ON rollout_event"
    " BEGIN SELECT RAISE(ABORT,'what happened is append-only'); END;"
    "CREATE TRIGGER rollout_event_is_kept BEFORE DELETE ON rollout_event"
    " BEGIN SELECT RAISE(ABORT,'what happened is append-only'); END;"
    "CREATE TABLE stat(rollout TEXT PRIMARY KEY REFERENCES rollout(id),"
    " evidence BLOB NOT NULL, input_offset INTEGER NOT NULL,"
    " updated_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE seen_unit(rollout TEXT NOT NULL REFERENCES rollout(id),"
    " unit INTEGER NOT NULL, facts INTEGER NOT NULL,"
    " PRIMARY KEY(rollout,unit)) STRICT, WITHOUT ROWID;"};

bool store_path(char path[FOLDER_PATH_SIZE], struct error *err) {
    char folder[FOLDER_PATH_SIZE];
    if (!folder_state(folder, err)) return false;
    struct text text = text_in(path, FOLDER_PATH_SIZE);
    text_addf(&text, "%s/history.db", folder);
    if (!text.truncated) return true;
    return error_set(err, ERROR_LIMIT, "path over %d bytes", FOLDER_PATH_SIZE);
}

struct sqlite *store_open(const char *path, struct error *err) {
    return sqlite_open(path, migrations, sizeof migrations / sizeof *migrations, err);
}
