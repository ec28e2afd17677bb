/* SPDX-License-Identifier: MIT */
#include "load_knee.h"

#include <math.h>
#include <stdlib.h>

#include "base/json_writer.h"
#include "base/memory.h"
#include "base/text.h"
#include "history/run_list.h"
#include "io/loop.h"
#include "operator.h"
#include "run_record.h"

enum { SEARCHES_MOST = 20 };

static const char knee_metric[] = "knee_rps";

/* --- finding it again --- */

void load_knees_find(struct sqlite *sqlite, struct load_outcome *result) {
    struct run_row *rows = memory_new_array(SEARCHES_MOST, sizeof *rows);
    struct run_rows list = {.rows = rows, .size = SEARCHES_MOST};
    struct run_filter filter = {.kind = "load"};
    struct load_knees *knees = &result->knees;
    const struct load_before *before = &result->before;
    struct error err;
    text_copy(filter.target, sizeof filter.target, result->target);
    scenario_tasks_hash(result->course->scenario, filter.scenario_hash);
    bool read = run_list(sqlite, &filter, &list, &err);
    for (size_t i = 0; read && i < list.count; i++) {
        double rps = (double)NAN;
        run_read_metric(sqlite, rows[i].id, knee_metric, &rps, &err);
        if (isnan(rps)) continue;
        if (isnan(knees->now_rps)) knees->now_rps = rps;
        bool earlier = before->found && rows[i].started_ms <= before->started_ms;
        if (earlier && isnan(knees->before_rps)) knees->before_rps = rps;
    }
    free(rows);
}

/* --- keeping it --- */

struct keeping {
    struct loop *loop;
    const struct load_knee_found *found;
    struct history *history;
    struct run_record record;
    struct error err;
};

static void on_kept(void *owner, const struct error *err) {
    struct keeping *keeping = owner;
    keeping->err = *err;
    loop_stop(keeping->loop);
}

static enum verdict verdict_of(enum exit_code code) {
    if (code == EXIT_CODE_OK) return VERDICT_PASS;
    return code == EXIT_CODE_FAILED ? VERDICT_FAIL : VERDICT_INCONCLUSIVE;
}

static void describe(const struct knee *knee, struct journal_entry *entry) {
    struct buffer body;
    buffer_init(&body, JOURNAL_BODY_SIZE - 1);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_field_string(&json, "end", knee_end_words(knee->end));
    json_field_double(&json, "kept_rps", knee->kept);
    json_field_double(&json, "broken_rps", knee->broken);
    json_field_uint(&json, "steps", knee->steps);
    json_object_end(&json);
    text_copy(entry->body, sizeof entry->body, buffer_string(&body));
    buffer_clear(&body);
}

static void on_begun(void *owner, const struct error *err) {
    struct keeping *keeping = owner;
    const struct knee *knee = keeping->found->knee;
    if (err->code != ERROR_NONE) {
        on_kept(keeping, err);
        return;
    }
    /* Where no rate broke the gates, nobody knows where the knee lies. */
    struct run_metric metric = {
        .value = knee->end == KNEE_FOUND ? knee->kept : (double)NAN,
        .samples = knee->steps,
        .unit = "1/s",
        .better = "higher",
    };
    struct run_outcome *outcome = memory_new(sizeof *outcome);
    text_copy(metric.name, sizeof metric.name, knee_metric);
    outcome->end.verdict = verdict_of(keeping->found->exit_code);
    outcome->end.exit_code = (int)keeping->found->exit_code;
    text_copy_cut(
        outcome->end.reason, sizeof outcome->end.reason, knee_end_words(knee->end));
    describe(knee, &outcome->entry);
    outcome->metrics = &metric;
    outcome->metric_count = 1;
    run_record_end(&keeping->record, keeping->history, outcome, on_kept, keeping);
    free(outcome);
}

bool load_knee_keep(const struct load_knee_found *found, struct error *err) {
    struct keeping keeping = {.loop = loop_new(), .found = found};
    char hash[SHA256_HEX_SIZE];
    char user[STATE_NAME_SIZE];
    operator_name(user);
    scenario_tasks_hash(found->scenario, hash);
    /* Its steps have acted, each with an intent of its own; this only sums them up. */
    keeping.record = (struct run_record){
        .kind = RUN_LOAD,
        .type = "knee",
        .target = found->target->name,
        .user = user,
        .scenario = found->scenario->name,
        .scenario_hash = hash,
    };
    run_record_name(&keeping.record);
    keeping.history = history_new(keeping.loop, "");
    run_record_begin(&keeping.record, keeping.history, "{}", on_begun, &keeping);
    loop_run(keeping.loop);
    history_free(keeping.history);
    loop_free(keeping.loop);
    if (keeping.err.code != ERROR_NONE) *err = keeping.err;
    return keeping.err.code == ERROR_NONE;
}
