/* SPDX-License-Identifier: MIT */
#include "history/run_list.h"

#include <math.h>
#include <string.h>

#include "base/safe_text.h"
#include "io/sqlite.h"

/* The columns that every query below begins with. */
#define ROW_COLUMNS                                                       \
    "id,kind,verdict,target,scenario,scenario_hash,version,reason,actor," \
    "host,started_ms,ended_ms,exit_code"

static void copy_column(
    const struct statement *statement, int column, char *to, size_t size) {
    safe_text_copy(to, size, statement_string(statement, column));
}

#define COPY_COLUMN(statement, column, array) \
    copy_column((statement), (column), (array), sizeof(array))

static void read_row(const struct statement *statement, struct run_row *row) {
    *row = (struct run_row){
        .started_ms = statement_int(statement, 10),
        .ended_ms = statement_int(statement, 11),
        .exit_code = (int)statement_int(statement, 12),
    };
    COPY_COLUMN(statement, 0, row->id);
    COPY_COLUMN(statement, 1, row->kind);
    COPY_COLUMN(statement, 2, row->verdict);
    COPY_COLUMN(statement, 3, row->target);
    COPY_COLUMN(statement, 4, row->scenario);
    COPY_COLUMN(statement, 5, row->scenario_hash);
    COPY_COLUMN(statement, 6, row->version);
    COPY_COLUMN(statement, 7, row->reason);
    COPY_COLUMN(statement, 8, row->actor);
    COPY_COLUMN(statement, 9, row->host);
}

bool run_list(
    struct sqlite *sqlite, const struct run_filter *filter, struct run_rows *list,
    struct error *err) {
    struct statement *statement = statement_new(
        sqlite,
        "SELECT " ROW_COLUMNS " FROM run WHERE (?1='' OR kind=?1)"
        " AND (?2='' OR target=?2) AND (?3='' OR scenario_hash=?3)"
        " ORDER BY started_ms DESC, id DESC LIMIT ?4",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, filter->kind);
    statement_bind_string(statement, 2, filter->target);
    statement_bind_string(statement, 3, filter->scenario_hash);
    statement_bind_int(statement, 4, (int64_t)list->size);
    enum statement_step step = STATEMENT_DONE;
    list->count = 0;
    while (list->count < list->size &&
           (step = statement_next(statement, err)) == STATEMENT_ROW) {
        read_row(statement, &list->rows[list->count++]);
    }
    statement_free(statement);
    return step != STATEMENT_FAILED;
}

bool run_find(
    struct sqlite *sqlite, const char *id, struct run_row *row, struct error *err) {
    struct statement *statement =
        statement_new(sqlite, "SELECT " ROW_COLUMNS " FROM run WHERE id=?", err);
    if (!statement) return false;
    statement_bind_string(statement, 1, id);
    enum statement_step step = statement_next(statement, err);
    if (step == STATEMENT_ROW) read_row(statement, row);
    if (step == STATEMENT_DONE) error_set(err, ERROR_NOT_FOUND, "no run %s", id);
    statement_free(statement);
    return step == STATEMENT_ROW;
}

static void read_result(const struct statement *statement, struct run_result *result) {
    *result = (struct run_result){
        .attempt = (uint32_t)statement_int(statement, 1),
        .status = result_status_from_name(statement_string(statement, 2)),
        .duration_us = (uint64_t)statement_int(statement, 3),
    };
    COPY_COLUMN(statement, 0, result->name);
    COPY_COLUMN(statement, 4, result->message);
    /* Half of a JSON text is none. */
    struct slice evidence = statement_string(statement, 5);
    if (evidence.length < sizeof result->evidence) {
        memcpy(result->evidence, evidence.data, evidence.length);
    }
}

bool run_read_results(
    struct sqlite *sqlite, const char *id, struct run_results *list,
    struct error *err) {
    struct statement *statement = statement_new(
        sqlite,
        "SELECT name,attempt,status,duration_us,message,evidence_json FROM result"
        " WHERE run_id=? ORDER BY name,attempt LIMIT ?",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, id);
    statement_bind_int(statement, 2, (int64_t)list->size);
    enum statement_step step = STATEMENT_DONE;
    list->count = 0;
    while (list->count < list->size &&
           (step = statement_next(statement, err)) == STATEMENT_ROW) {
        read_result(statement, &list->results[list->count++]);
    }
    statement_free(statement);
    return step != STATEMENT_FAILED;
}

bool run_read_metric(
    struct sqlite *sqlite, const char *id, const char *name, double *value,
    struct error *err) {
    struct statement *statement = statement_new(
        sqlite,
        "SELECT value FROM metric WHERE run_id=? AND name=? AND labels='' AND n>0",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, id);
    statement_bind_string(statement, 2, name);
    enum statement_step step = statement_next(statement, err);
    *value = step == STATEMENT_ROW ? statement_double(statement, 0) : (double)NAN;
    statement_free(statement);
    return step != STATEMENT_FAILED;
}
