/* SPDX-License-Identifier: MIT */
#include "history/rollout_notes.h"

#include "base/json_writer.h"
#include "base/text.h"
#include "base/units.h"
#include "history/journal.h"

static struct journal_entry entry_of(const struct rollout_row *row) {
    struct journal_entry entry = {
        .wall_ms = row->wall_ms, .monotonic_us = row->monotonic_ns / NS_PER_US};
    text_copy_cut(entry.run, sizeof entry.run, row->rollout.plan.id);
    return entry;
}

/* "canary.rolling-back" */
static void set_type(struct journal_entry *entry, const char *word) {
    struct text text = TEXT_IN(entry->type);
    text_add(&text, "canary.");
    for (const char *at = word; *at; at++) text_add_char(&text, *at == ' ' ? '-' : *at);
}

static bool add(
    struct sqlite *sqlite, struct journal_entry *entry, struct buffer *body,
    struct error *err) {
    text_copy_cut(entry->body, sizeof entry->body, buffer_string(body));
    buffer_clear(body);
    return journal_add(sqlite, entry, err);
}

static void put_who(struct json_writer *json, const struct rollout_row *row) {
    const struct rollout *rollout = &row->rollout;
    json_field_string(json, "actor", rollout->actor);
    json_field_string(json, "holder", rollout->plan.holder);
    json_field_string(json, "host", rollout->plan.host);
    json_field_uint(json, "epoch", row->epoch);
    json_field_uint(json, "version", rollout->version);
}

bool rollout_notes_add(
    struct sqlite *sqlite, const struct rollout_row *row, struct error *err) {
    const struct rollout *rollout = &row->rollout;
    struct journal_entry entry = entry_of(row);
    bool is_intent = rollout_op_is_journaled(row->effect.op);
    entry.phase = is_intent ? JOURNAL_INTENT : JOURNAL_NOTE;
    set_type(
        &entry, is_intent ? rollout_op_name(row->effect.op)
                          : rollout_phase_name(rollout->phase));
    struct buffer body;
    buffer_init(&body, JOURNAL_BODY_SIZE - 1);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    put_who(&json, row);
    json_field_string(&json, "from", rollout_phase_name(row->from));
    json_field_string(&json, "to", rollout_phase_name(rollout->phase));
    json_field_string(&json, "hold", rollout_hold_name(rollout->hold));
    json_field_string(&json, "reason", rollout->reason);
    if (is_intent) {
        json_field_uint(&json, "weight_bp", row->effect.weight_bp);
        json_field_uint(&json, "before_bp", row->effect.before_bp);
    }
    if (row->is_new || row->from == ROLLOUT_PREFLIGHT) { /* which learns the former */
        json_field_string(&json, "version_from", rollout->plan.from);
        json_field_string(&json, "version_to", rollout->plan.to);
    }
    json_object_end(&json);
    return add(sqlite, &entry, &body, err);
}

bool rollout_notes_end(
    struct sqlite *sqlite, const struct rollout_row *row, enum rollout_op op,
    const char *outcome, struct error *err) {
    struct journal_entry entry = entry_of(row);
    bool is_done = row->closes && !row->failed;
    entry.phase = is_done ? JOURNAL_DONE : JOURNAL_FAILED;
    set_type(&entry, rollout_op_name(op));
    struct buffer body;
    buffer_init(&body, JOURNAL_BODY_SIZE - 1);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    put_who(&json, row);
    json_field_string(&json, "outcome", outcome);
    json_object_end(&json);
    return add(sqlite, &entry, &body, err);
}
