/* SPDX-License-Identifier: MIT */
#include "load/backlog.h"

#include <stdlib.h>

#include "base/memory.h"

enum { FIRST_CAPACITY = 256 };

void backlog_clear(struct backlog *backlog) {
    free(backlog->entries);
    *backlog = (struct backlog){0};
}

static void grow(struct backlog *backlog) {
    size_t capacity = backlog->capacity ? 2 * backlog->capacity : FIRST_CAPACITY;
    struct backlog_entry *entries = memory_new_array(capacity, sizeof *entries);
    for (size_t i = 0; i < backlog->count; i++) {
        size_t at = (backlog->first + i) & (backlog->capacity - 1);
        entries[i] = backlog->entries[at];
    }
    free(backlog->entries);
    backlog->entries = entries;
    backlog->capacity = capacity;
    backlog->first = 0;
}

bool backlog_add(struct backlog *backlog, struct backlog_entry entry) {
    if (backlog->count == BACKLOG_MAX) return false;
    if (backlog->count == backlog->capacity) grow(backlog);
    size_t at = (backlog->first + backlog->count++) & (backlog->capacity - 1);
    backlog->entries[at] = entry;
    return true;
}

bool backlog_take(struct backlog *backlog, struct backlog_entry *entry) {
    if (backlog->count == 0) return false;
    *entry = backlog->entries[backlog->first];
    backlog->first = (backlog->first + 1) & (backlog->capacity - 1);
    backlog->count--;
    return true;
}
