/* SPDX-License-Identifier: MIT */
#include "core/part_log.h"

#include <string.h>

#include "base/text.h"

void part_log_reset(struct part_log *log) {
    log->count = 0;
    log->any = false;
}

static struct part_entry *find(struct part_log *log, uint8_t kind, const char *name) {
    for (uint32_t i = 0; i < log->count; i++) {
        struct part_entry *entry = &log->entries[i];
        if (entry->kind == kind && strcmp(entry->name, name) == 0) return entry;
    }
    return NULL;
}

static struct part_entry *add(struct part_log *log, const struct part *part) {
    if (log->count == STATE_PARTS_MAX) return NULL;
    struct part_entry *entry = &log->entries[log->count++];
    *entry = (struct part_entry){.kind = part->kind};
    memcpy(entry->name, part->name, sizeof entry->name);
    log->any = true;
    return entry;
}

/* That an instance is dead is told by its health, not by everything asked of it. */
static bool told_by_health(struct part_log *log, const struct part *part) {
    if (part->kind != PART_READY && part->kind != PART_METRICS &&
        part->kind != PART_ERRORS) {
        return false;
    }
    const struct part_entry *health = find(log, PART_HEALTH, part->name);
    return health && health->status == PART_SILENT && part->status == PART_SILENT;
}

static void write_note(
    struct note *note, enum note_level level, const struct part *part,
    const char *detail) {
    note->level = (uint8_t)level;
    text_copy_cut(
        note->source, sizeof note->source, part_kind_name((enum part_kind)part->kind));
    char whole[STATE_NAME_SIZE + STATE_DETAIL_SIZE + 4];
    struct text line = TEXT_IN(whole);
    text_addf(&line, "%s: %s", part->name, detail);
    text_copy_cut(note->words, sizeof note->words, whole);
}

static bool is_trouble(uint8_t status) {
    return status == PART_DEGRADED || status == PART_BAD || status == PART_SILENT;
}

/* What changed from `before`, when it matters. */
static bool tell(
    struct part_entry *entry, const struct part *part, uint8_t before,
    struct note *note) {
    if (is_trouble(part->status)) {
        entry->troubled = true;
        if (part->status == before) return false;
        bool degraded = part->status == PART_DEGRADED;
        write_note(note, degraded ? NOTE_WARN : NOTE_BAD, part, part->detail);
        return true;
    }
    if (part->status != PART_OK || !entry->troubled) return false;
    entry->troubled = false;
    write_note(note, NOTE_OK, part, "well again");
    return true;
}

bool part_log_take(struct part_log *log, const struct part *part, struct note *note) {
    struct part_entry *entry = find(log, part->kind, part->name);
    if (part->gone) {
        if (entry) *entry = log->entries[--log->count];
        return false;
    }
    if (!entry) entry = add(log, part);
    if (!entry) return false;
    if (!part_is_awaited(part)) entry->polls++;
    uint8_t before = entry->status;
    entry->status = part->status;
    if (told_by_health(log, part)) return false;
    return tell(entry, part, before, note);
}

static uint32_t polls_needed(uint8_t kind) {
    return kind == PART_ERRORS || kind == PART_WORKER || kind == PART_ROLLOUT ? 1 : 2;
}

bool part_log_complete(const struct part_log *log) {
    for (uint32_t i = 0; i < log->count; i++) {
        const struct part_entry *entry = &log->entries[i];
        if (entry->polls < polls_needed(entry->kind)) return false;
    }
    return log->any;
}
