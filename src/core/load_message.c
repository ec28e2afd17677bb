/* SPDX-License-Identifier: MIT */
#include "core/load_message.h"

#include <string.h>

#include "base/panic.h"

#define AT(member) RECORD_AT(struct load_control, member)
static const struct record_field control_fields[] = {
    {RECORD_COUNT, AT(kind), .most = LOAD_CONTROL_COUNT - 1},
    {RECORD_REAL, AT(level)},
};
#undef AT
const struct record load_control_record =
    RECORD_OF(struct load_control, control_fields);

static const struct record_field note_fields[] = {
    {RECORD_TEXT, RECORD_AT(struct load_note, words)},
};
static const struct record note_record = RECORD_OF(struct load_note, note_fields);

#define AT(member) RECORD_AT(struct load_ready, member)
static const struct record_field ready_fields[] = {
    {RECORD_COUNT, AT(pid)},
    {RECORD_COUNT, AT(shard)},
    {RECORD_COUNT, AT(descriptors)},
    {RECORD_TEXT, AT(address)},
    {RECORD_LIST, AT(notes), .of = &note_record,
     .count_offset = offsetof(struct load_ready, note_count)},
};
#undef AT
const struct record load_ready_record = RECORD_OF(struct load_ready, ready_fields);

static bool has_note(const struct load_ready *ready, const char *words) {
    for (uint32_t i = 0; i < ready->note_count; i++) {
        if (strcmp(ready->notes[i].words, words) == 0) return true;
    }
    return false;
}

void load_ready_add_notes(struct load_ready *to, const struct load_ready *from) {
    for (uint32_t i = 0; i < from->note_count && to->note_count < LOAD_NOTES_MAX; i++) {
        if (has_note(to, from->notes[i].words)) continue;
        to->notes[to->note_count++] = from->notes[i];
    }
}

static const struct record *record_of(enum load_message kind) {
    switch (kind) {
#define X(id, type, record) \
    case id: return &(record);
        LOAD_MESSAGES(X)
#undef X
    case LOAD_MESSAGE_NONE:
    case LOAD_MESSAGE_COUNT: break;
    }
    panic("load: no message of kind %u", (unsigned)kind);
}

size_t load_message_encode(
    enum load_message kind, const void *what, uint8_t *out, size_t size) {
    return frame_encode((uint16_t)kind, record_of(kind), what, out, size);
}

bool load_message_read(
    const struct frame *frame, enum load_message wanted, void *to, struct error *err) {
    if (frame->kind == (uint16_t)wanted) {
        return frame_read(frame, record_of(wanted), to, err);
    }
    return error_set(err, ERROR_PROTOCOL, "unexpected message of kind %u", frame->kind);
}
