/* SPDX-License-Identifier: MIT */
#include "history/rollout_rows.h"

#include <string.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "core/exit_code.h"
#include "core/rollout_record.h"
#include "history/journal.h"
#include "history/rollout_notes.h"
#include "history/runs.h"
#include "io/loop.h"
#include "io/sqlite.h"

static bool begin_run(
    struct sqlite *sqlite, const struct rollout_row *row, struct error *err) {
    const struct rollout_plan *plan = &row->rollout.plan;
    struct run_start start = {
        .kind = RUN_CANARY, .scenario = "canary", .started_ms = row->wall_ms};
    text_copy_cut(start.id, sizeof start.id, plan->id);
    text_copy_cut(start.target, sizeof start.target, plan->target);
    text_copy_cut(start.version, sizeof start.version, plan->to);
    text_copy_cut(start.actor, sizeof start.actor, plan->holder);
    text_copy_cut(start.host, sizeof start.host, plan->host);
    return runs_begin(sqlite, &start, err);
}

/* It is over for its run when it is promoted; a version that is taken back later has
 * failed all the same. */
static bool end_run(
    struct sqlite *sqlite, const struct rollout_row *row, struct error *err) {
    const struct rollout *rollout = &row->rollout;
    bool promoted = rollout->phase == ROLLOUT_DONE;
    bool stranded = rollout->phase == ROLLOUT_STRANDED;
    bool back = rollout->phase == ROLLOUT_ROLLED_BACK || stranded;
    if (!promoted && !rollout->ended) return true;
    struct statement *statement = statement_new(
        sqlite,
        "UPDATE run SET verdict=?,reason=?,exit_code=?,ended_ms=?"
        " WHERE id=? AND (verdict='running' OR ?)",
        err);
    if (!statement) return false;
    int code = promoted   ? EXIT_CODE_OK
               : stranded ? EXIT_CODE_PERSON
               : back     ? EXIT_CODE_ROLLED_BACK
                          : EXIT_CODE_UNREACHABLE;
    statement_bind_string(statement, 1, promoted ? "pass" : (back ? "fail" : "error"));
    statement_bind_string(statement, 2, rollout->reason);
    statement_bind_int(statement, 3, code);
    statement_bind_int(statement, 4, row->wall_ms);
    statement_bind_string(statement, 5, rollout->plan.id);
    statement_bind_int(statement, 6, back);
    return statement_finish(statement, err);
}

static bool insert_rollout(
    struct sqlite *sqlite, const struct rollout_row *row, struct error *err) {
    const struct rollout_plan *plan = &row->rollout.plan;
    struct statement *statement = statement_new(
        sqlite,
        "INSERT INTO rollout(id,target,version_from,version_to,holder,host,phase,hold,"
        "reason,weight_bp,epoch,version,state,created_ms,alive_ms)"
        " VALUES(?,?,?,?,'','','','','',0,0,0,x'',?,?)",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, plan->id);
    statement_bind_string(statement, 2, plan->target);
    statement_bind_string(statement, 3, plan->from);
    statement_bind_string(statement, 4, plan->to);
    statement_bind_int(statement, 5, row->wall_ms);
    statement_bind_int(statement, 6, row->wall_ms);
    return statement_finish(statement, err) || error_wrap(err, "is another one open?");
}

/* Monotonic times do not outlive a machine. */
static void bind_done(
    struct statement *statement, int at, const struct rollout_row *row) {
    const struct rollout *rollout = &row->rollout;
    if (rollout->done_ns == 0) {
        statement_bind_null(statement, at);
        return;
    }
    uint64_t ago_ns = row->monotonic_ns - rollout->done_ns;
    statement_bind_int(statement, at, row->wall_ms - (int64_t)(ago_ns / NS_PER_MS));
}

static bool update_rollout(
    struct sqlite *sqlite, const struct rollout_row *row, struct error *err) {
    const struct rollout *rollout = &row->rollout;
    uint8_t state[ROLLOUT_RECORD_MAX];
    struct byte_writer writer = byte_writer_in(state, sizeof state);
    record_put(&rollout_record, rollout, &writer);
    ensure(!writer.overflow);
    struct statement *statement = statement_new(
        sqlite,
        "UPDATE rollout SET holder=?,host=?,phase=?,hold=?,reason=?,weight_bp=?,"
        "epoch=?7,version=?8,state=?,alive_ms=?,done_ms=?,ended_ms=?,version_from=?"
        " WHERE id=? AND epoch<=?7 AND version<?8",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, rollout->plan.holder);
    statement_bind_string(statement, 2, rollout->plan.host);
    statement_bind_string(statement, 3, rollout_phase_name(rollout->phase));
    statement_bind_string(statement, 4, rollout_hold_name(rollout->hold));
    statement_bind_string(statement, 5, rollout->reason);
    statement_bind_int(statement, 6, rollout->wanted_bp);
    statement_bind_int(statement, 7, (int64_t)row->epoch);
    statement_bind_int(statement, 8, (int64_t)rollout->version);
    statement_bind_blob(
        statement, 9, (struct slice){(const char *)state, writer.length});
    statement_bind_int(statement, 10, row->wall_ms);
    bind_done(statement, 11, row);
    statement_bind_null(statement, 12);
    if (rollout->ended) statement_bind_int(statement, 12, row->wall_ms);
    statement_bind_string(statement, 13, rollout->plan.from);
    statement_bind_string(statement, 14, rollout->plan.id);
    if (!statement_finish(statement, err)) return false;
    if (sqlite_changes(sqlite) == 1) return true;
    return error_set(
        err, ERROR_CONFLICT, "somebody else has written about this rollout");
}

static bool insert_event(
    struct sqlite *sqlite, const struct rollout_row *row, struct error *err) {
    const struct rollout *rollout = &row->rollout;
    struct statement *statement = statement_new(
        sqlite,
        "INSERT INTO rollout_event(rollout,ts_ms,mono_us,actor,pid,epoch,version,"
        "from_phase,to_phase,hold,weight_bp,reason) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, rollout->plan.id);
    statement_bind_int(statement, 2, row->wall_ms);
    statement_bind_int(statement, 3, (int64_t)(row->monotonic_ns / NS_PER_US));
    statement_bind_string(statement, 4, rollout->actor);
    statement_bind_int(statement, 5, getpid());
    statement_bind_int(statement, 6, (int64_t)row->epoch);
    statement_bind_int(statement, 7, (int64_t)rollout->version);
    statement_bind_string(statement, 8, rollout_phase_name(row->from));
    statement_bind_string(statement, 9, rollout_phase_name(rollout->phase));
    statement_bind_string(statement, 10, rollout_hold_name(rollout->hold));
    statement_bind_int(statement, 11, rollout->wanted_bp);
    statement_bind_string(statement, 12, rollout->reason);
    return statement_finish(statement, err);
}

static bool find_open(
    struct sqlite *sqlite, const char *id, enum rollout_op *open, struct error *err) {
    *open = ROLLOUT_DO_NOTHING;
    struct statement *statement = statement_new(
        sqlite, "SELECT op FROM intent WHERE rollout=? AND done_ms IS NULL", err);
    if (!statement) return false;
    statement_bind_string(statement, 1, id);
    enum statement_step step = statement_next(statement, err);
    if (step == STATEMENT_ROW) {
        char name[16];
        struct text text = TEXT_IN(name);
        text_add_slice(&text, statement_string(statement, 0));
        rollout_op_from_name(name, open);
    }
    statement_free(statement);
    return step != STATEMENT_FAILED;
}

static bool close_intent(
    struct sqlite *sqlite, const struct rollout_row *row, struct error *err) {
    bool replaced = rollout_op_is_journaled(row->effect.op);
    enum rollout_op open = ROLLOUT_DO_NOTHING;
    if (!row->closes && !replaced) return true;
    if (!find_open(sqlite, row->rollout.plan.id, &open, err)) return false;
    if (open == ROLLOUT_DO_NOTHING) return true;
    const char *outcome = row->closes ? row->outcome : "replaced by another one";
    struct statement *statement = statement_new(
        sqlite,
        "UPDATE intent SET done_ms=?,outcome=? WHERE rollout=? AND done_ms IS NULL",
        err);
    if (!statement) return false;
    statement_bind_int(statement, 1, row->wall_ms);
    statement_bind_string(statement, 2, outcome);
    statement_bind_string(statement, 3, row->rollout.plan.id);
    if (!statement_finish(statement, err)) return false;
    return rollout_notes_end(sqlite, row, open, outcome, err);
}

static bool open_intent(
    struct sqlite *sqlite, const struct rollout_row *row, struct error *err) {
    const struct rollout_effect *effect = &row->effect;
    if (!rollout_op_is_journaled(effect->op)) return true;
    struct statement *statement = statement_new(
        sqlite,
        "INSERT INTO "
        "intent(rollout,epoch,version,op,weight_bp,before_bp,why,created_ms)"
        " VALUES(?,?,?,?,?,?,?,?)",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, row->rollout.plan.id);
    statement_bind_int(statement, 2, (int64_t)row->epoch);
    statement_bind_int(statement, 3, (int64_t)row->rollout.version);
    statement_bind_string(statement, 4, rollout_op_name(effect->op));
    statement_bind_int(statement, 5, effect->weight_bp);
    statement_bind_int(statement, 6, effect->before_bp);
    statement_bind_string(statement, 7, row->rollout.reason);
    statement_bind_int(statement, 8, row->wall_ms);
    return statement_finish(statement, err);
}

/* Who its users were is of no use any more. */
static bool forget_users(
    struct sqlite *sqlite, const struct rollout_row *row, struct error *err) {
    if (!row->rollout.ended) return true;
    struct statement *statement =
        statement_new(sqlite, "DELETE FROM seen_unit WHERE rollout=?", err);
    if (!statement) return false;
    statement_bind_string(statement, 1, row->rollout.plan.id);
    return statement_finish(statement, err);
}

bool rollout_rows_add(
    struct sqlite *sqlite, const struct rollout_row *row, struct error *err) {
    if (row->is_new &&
        !(begin_run(sqlite, row, err) && insert_rollout(sqlite, row, err))) {
        return false;
    }
    return update_rollout(sqlite, row, err) && close_intent(sqlite, row, err) &&
           open_intent(sqlite, row, err) && insert_event(sqlite, row, err) &&
           rollout_notes_add(sqlite, row, err) && end_run(sqlite, row, err) &&
           forget_users(sqlite, row, err);
}

static bool read_found(
    const struct statement *statement, struct rollout_found *found, struct error *err) {
    struct slice state = statement_blob(statement, 0);
    struct byte_reader reader =
        byte_reader_of((const uint8_t *)state.data, state.length);
    const struct rollout *rollout = &found->rollout;
    if (!record_get(&rollout_record, &found->rollout, &reader) ||
        reader.at != reader.size || rollout->step >= rollout->plan.step_count) {
        return error_set(
            err, ERROR_PROTOCOL, "byte %zu of %zu", reader.at, reader.size);
    }
    found->epoch = (uint64_t)statement_int(statement, 1);
    found->alive_ms = statement_int(statement, 2);
    if (!statement_is_null(statement, 3)) {
        int64_t ago_ms = loop_wall_ms() - statement_int(statement, 3);
        uint64_t now_ns = loop_clock_ns();
        uint64_t ago_ns = ago_ms > 0 ? (uint64_t)ago_ms * NS_PER_MS : 0;
        found->rollout.done_ns = ago_ns < now_ns ? now_ns - ago_ns : 1;
    }
    struct slice evidence = statement_blob(statement, 4);
    if (evidence.length > ROLLOUT_EVIDENCE_MAX) evidence.length = 0;
    if (evidence.length > 0) memcpy(found->evidence, evidence.data, evidence.length);
    found->evidence_length = evidence.length;
    found->offset = (uint64_t)statement_int(statement, 5);
    return true;
}

/* The columns tell what its state does not: which one it is, and who can read it. */
static bool explain_unread(
    struct sqlite *sqlite, const char *target, struct error *err) {
    char where[ERROR_MESSAGE_SIZE], id[ULID_STRING_SIZE], phase[32], version[32];
    struct error ignored; /* then nothing more is known */
    text_copy_cut(where, sizeof where, err->message);
    struct statement *statement = statement_new(
        sqlite,
        "SELECT rollout.id,phase,tool_version,weight_bp FROM rollout"
        " JOIN run ON run.id=rollout.id"
        " WHERE rollout.target=? AND rollout.ended_ms IS NULL",
        &ignored);
    if (!statement) return false;
    statement_bind_string(statement, 1, target);
    if (statement_next(statement, &ignored) == STATEMENT_ROW) {
        safe_text_copy(id, sizeof id, statement_string(statement, 0));
        safe_text_copy(phase, sizeof phase, statement_string(statement, 1));
        safe_text_copy(version, sizeof version, statement_string(statement, 2));
        error_set(
            err, ERROR_PROTOCOL,
            "rollout %s of %s (%s, %lld bp), begun by flightdeck %s, cannot be read by "
            "this one, %s (%s): abort it with that one; else see docs/canary.md, \"A "
            "rollout that cannot be read\"",
            id, target, phase, (long long)statement_int(statement, 3), version,
            FLIGHTDECK_VERSION, where);
    }
    statement_free(statement);
    return false;
}

bool rollout_rows_find(
    struct sqlite *sqlite, const char *target, struct rollout_found *found,
    struct error *err) {
    memset(found, 0, sizeof *found);
    struct statement *statement = statement_new(
        sqlite,
        "SELECT state,epoch,alive_ms,done_ms,evidence,input_offset FROM rollout"
        " LEFT JOIN stat ON rollout.id=stat.rollout"
        " WHERE target=? AND ended_ms IS NULL",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, target);
    bool ok = false;
    enum statement_step step = statement_next(statement, err);
    if (step == STATEMENT_ROW) {
        ok = read_found(statement, found, err);
    } else if (step == STATEMENT_DONE) {
        error_set(err, ERROR_NOT_FOUND, "no rollout of %s is open", target);
    }
    statement_free(statement);
    if (step == STATEMENT_ROW && !ok) return explain_unread(sqlite, target, err);
    return ok && find_open(sqlite, found->rollout.plan.id, &found->open, err);
}

bool rollout_rows_claim(
    struct sqlite *sqlite, const struct rollout_found *found, uint64_t epoch,
    struct error *err) {
    struct statement *statement = statement_new(
        sqlite, "UPDATE rollout SET epoch=? WHERE id=? AND epoch=? AND version=?", err);
    if (!statement) return false;
    statement_bind_int(statement, 1, (int64_t)epoch);
    statement_bind_string(statement, 2, found->rollout.plan.id);
    statement_bind_int(statement, 3, (int64_t)found->epoch);
    statement_bind_int(statement, 4, (int64_t)found->rollout.version);
    if (!statement_finish(statement, err)) return false;
    if (sqlite_changes(sqlite) == 1) return true;
    return error_set(err, ERROR_CONFLICT, "somebody has just written about it");
}
