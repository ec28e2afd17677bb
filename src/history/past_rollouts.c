/* SPDX-License-Identifier: MIT */
#include "history/past_rollouts.h"

#include <unistd.h>

#include "base/safe_text.h"
#include "io/sqlite.h"

/* False for a phase that this program does not know. */
static bool read_phase(struct slice name, uint8_t *phase) {
    for (unsigned i = 0; i < ROLLOUT_PHASE_COUNT; i++) {
        if (!slice_equals(name, rollout_phase_name((enum rollout_phase)i))) continue;
        *phase = (uint8_t)i;
        return true;
    }
    return false;
}

static void take(const struct statement *statement, struct rollout_past *past) {
    struct past_rollout *item = &past->items[past->count];
    *item = (struct past_rollout){.ended_ms = statement_int(statement, 4)};
    if (!read_phase(statement_string(statement, 2), &item->phase)) return;
    safe_text_copy(item->id, sizeof item->id, statement_string(statement, 0));
    safe_text_copy(item->to, sizeof item->to, statement_string(statement, 1));
    safe_text_copy(item->reason, sizeof item->reason, statement_string(statement, 3));
    past->count++;
}

static bool read_rows(
    struct sqlite *sqlite, const char *target, struct rollout_past *past,
    struct error *err) {
    /* Identifiers rise with time, and have an index. */
    struct statement *statement = statement_new(
        sqlite,
        "SELECT id,version_to,phase,reason,ended_ms FROM rollout"
        " WHERE target=? AND ended_ms IS NOT NULL ORDER BY id DESC LIMIT ?",
        err);
    if (!statement) return false;
    statement_bind_string(statement, 1, target);
    statement_bind_int(statement, 2, ROLLOUT_PAST_MAX);
    enum statement_step step = STATEMENT_ROW;
    while (past->count < ROLLOUT_PAST_MAX && step == STATEMENT_ROW) {
        step = statement_next(statement, err);
        if (step == STATEMENT_ROW) take(statement, past);
    }
    statement_free(statement);
    return step != STATEMENT_FAILED;
}

bool past_rollouts_read(
    const char *path, const char *target, struct rollout_past *past,
    struct error *err) {
    past->count = 0;
    if (access(path, F_OK) != 0) return true;
    struct sqlite *sqlite = sqlite_open_read_only(path, err);
    if (!sqlite) return false;
    bool read = read_rows(sqlite, target, past, err);
    sqlite_close(sqlite);
    return read;
}
