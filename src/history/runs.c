/* SPDX-License-Identifier: MIT */
#include "history/runs.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "io/sqlite.h"

static const char encoding_name[] = "log-linear-7";

static void bind_optional(struct statement *statement, int at, const char *value) {
    if (value[0]) {
        statement_bind_string(statement, at, value);
    } else {
        statement_bind_null(statement, at);
    }
}

bool runs_begin(
    struct sqlite *sqlite, const struct run_start *start, struct error *err) {
    struct statement *statement = statement_new(
        sqlite,
        "INSERT INTO "
        "run(id,kind,target,scenario,scenario_hash,version,started_ms,actor,"
        "host,tool_version) VALUES(?,?,?,?,?,?,?,?,?,?)",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, start->id);
    statement_bind_string(statement, 2, run_kind_name(start->kind));
    statement_bind_string(statement, 3, start->target);
    statement_bind_string(statement, 4, start->scenario);
    statement_bind_string(statement, 5, start->scenario_hash);
    bind_optional(statement, 6, start->version);
    statement_bind_int(statement, 7, start->started_ms);
    statement_bind_string(statement, 8, start->actor);
    statement_bind_string(statement, 9, start->host);
    statement_bind_string(statement, 10, FLIGHTDECK_VERSION);
    return statement_finish(statement, err);
}

static const char *verdict_word(const struct run_end *end) {
    if (end->aborted) return "aborted";
    switch (end->verdict) {
    case VERDICT_PASS: return "pass";
    case VERDICT_FAIL: return "fail";
    case VERDICT_INCONCLUSIVE: return "inconclusive";
    case VERDICT_ERROR:
    case VERDICT_COUNT: break;
    }
    return "error";
}

bool runs_end(struct sqlite *sqlite, const struct run_end *end, struct error *err) {
    struct statement *statement = statement_new(
        sqlite,
        "UPDATE run SET verdict=?,reason=?,exit_code=?,ended_ms=?"
        " WHERE id=? AND verdict='running'",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, verdict_word(end));
    bind_optional(statement, 2, end->reason);
    statement_bind_int(statement, 3, end->exit_code);
    statement_bind_int(statement, 4, end->ended_ms);
    statement_bind_string(statement, 5, end->id);
    if (!statement_finish(statement, err)) return false;
    if (sqlite_changes(sqlite) == 1) return true;
    return error_set(err, ERROR_NOT_FOUND, "run %s is not running", end->id);
}

const char *result_status_name(enum result_status status) {
    switch (status) {
    case RESULT_PASS: return "pass";
    case RESULT_FAIL: return "fail";
    case RESULT_ERROR: return "error";
    case RESULT_SKIP: return "skip";
    case RESULT_UNKNOWN: break;
    }
    return "unknown";
}

enum result_status result_status_from_name(struct slice name) {
    for (enum result_status status = RESULT_PASS; status < RESULT_UNKNOWN; status++) {
        if (slice_equals(name, result_status_name(status))) return status;
    }
    return RESULT_UNKNOWN;
}

bool runs_add_result(
    struct sqlite *sqlite, const char *run, const struct run_result *result,
    struct error *err) {
    struct statement *statement = statement_new(
        sqlite,
        "INSERT INTO "
        "result(run_id,name,attempt,status,duration_us,message,evidence_json)"
        " VALUES(?,?,?,?,?,?,?)",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, run);
    statement_bind_string(statement, 2, result->name);
    statement_bind_int(statement, 3, result->attempt);
    statement_bind_string(statement, 4, result_status_name(result->status));
    statement_bind_int(statement, 5, (int64_t)result->duration_us);
    bind_optional(statement, 6, result->message);
    bind_optional(statement, 7, result->evidence);
    return statement_finish(statement, err);
}

bool runs_add_metric(
    struct sqlite *sqlite, const char *run, const struct run_metric *metric,
    struct error *err) {
    struct statement *statement = statement_new(
        sqlite,
        "INSERT INTO metric(run_id,name,value,n,unit,better) VALUES(?,?,?,?,?,?)", err);
    if (!statement) return false;
    statement_bind_string(statement, 1, run);
    statement_bind_string(statement, 2, metric->name);
    bool known = isfinite(metric->value);
    if (known) {
        statement_bind_double(statement, 3, metric->value);
    } else {
        statement_bind_null(statement, 3);
    }
    statement_bind_int(statement, 4, known ? (int64_t)metric->samples : 0);
    statement_bind_string(statement, 5, metric->unit);
    statement_bind_string(statement, 6, metric->better);
    return statement_finish(statement, err);
}

bool runs_add_histogram(
    struct sqlite *sqlite, const char *run, const char *name,
    const struct histogram *histogram, struct error *err) {
    struct statement *statement = statement_new(
        sqlite, "INSERT INTO hist(run_id,name,encoding,data) VALUES(?,?,?,?)", err);
    if (!statement) return false;
    uint8_t *bytes = memory_new(HISTOGRAM_ENCODED_MAX);
    size_t length = histogram_encode(histogram, bytes, HISTOGRAM_ENCODED_MAX);
    statement_bind_string(statement, 1, run);
    statement_bind_string(statement, 2, name);
    statement_bind_string(statement, 3, encoding_name);
    statement_bind_blob(
        statement, 4, (struct slice){.data = (const char *)bytes, .length = length});
    free(bytes);
    return statement_finish(statement, err);
}

bool runs_read_histogram(
    struct sqlite *sqlite, const char *run, const char *name,
    struct histogram *histogram, struct error *err) {
    struct statement *statement = statement_new(
        sqlite, "SELECT encoding,data FROM hist WHERE run_id=? AND name=?", err);
    if (!statement) return false;
    statement_bind_string(statement, 1, run);
    statement_bind_string(statement, 2, name);
    bool read = false;
    enum statement_step step = statement_next(statement, err);
    if (step == STATEMENT_DONE) {
        error_set(err, ERROR_NOT_FOUND, "run %s has no histogram %s", run, name);
    } else if (step == STATEMENT_ROW) {
        struct slice data = statement_blob(statement, 1);
        read = slice_equals(statement_string(statement, 0), encoding_name)
                   ? histogram_decode(
                         histogram, (const uint8_t *)data.data, data.length, err)
                   : error_set(err, ERROR_PROTOCOL, "histogram in another encoding");
    }
    statement_free(statement);
    return read;
}
