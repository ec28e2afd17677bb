/* SPDX-License-Identifier: MIT */
#include "run_record.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "operator.h"

void run_record_name(struct run_record *record) {
    uint8_t random[ULID_RANDOM_SIZE];
    loop_random(random, sizeof random);
    ulid_make(record->id, loop_wall_ms(), random);
    ulid_to_string(record->id, record->id_string);
}

static void fill_entry(
    const struct run_record *record, struct journal_entry *entry, const char *step) {
    struct text type = TEXT_IN(entry->type);
    entry->wall_ms = loop_wall_ms();
    entry->monotonic_us = loop_clock_ns() / NS_PER_US;
    text_copy(entry->run, sizeof entry->run, record->id_string);
    text_addf(&type, "%s.%s", record->type, step);
}

void run_record_begin(
    const struct run_record *record, struct history *history, const char *words,
    history_done_fn on_committed, void *owner) {
    struct run_start start = {.kind = record->kind, .started_ms = loop_wall_ms()};
    text_copy(start.id, sizeof start.id, record->id_string);
    text_copy_cut(start.target, sizeof start.target, record->target);
    text_copy_cut(start.scenario, sizeof start.scenario, record->scenario);
    if (record->scenario_hash) {
        text_copy(
            start.scenario_hash, sizeof start.scenario_hash, record->scenario_hash);
    }
    text_copy_cut(start.actor, sizeof start.actor, record->user);
    operator_host(start.host);
    struct journal_entry *entry = memory_new(sizeof *entry);
    fill_entry(record, entry, "start");
    entry->phase = record->acts ? JOURNAL_INTENT : JOURNAL_NOTE;
    text_copy(entry->body, sizeof entry->body, words);
    history_begin(history, &start, entry, on_committed, owner);
    free(entry);
}

void run_record_end(
    const struct run_record *record, struct history *history,
    struct run_outcome *outcome, history_done_fn on_committed, void *owner) {
    text_copy(outcome->end.id, sizeof outcome->end.id, record->id_string);
    outcome->end.ended_ms = loop_wall_ms();
    fill_entry(record, &outcome->entry, "end");
    outcome->entry.phase = record->acts ? JOURNAL_DONE : JOURNAL_OBSERVE;
    history_end(history, outcome, on_committed, owner);
}

bool run_record_is_needed(const struct run_record *record, enum target_class class) {
    return record->acts && class == TARGET_PRODUCTION;
}
