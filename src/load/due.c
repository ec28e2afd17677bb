/* SPDX-License-Identifier: MIT */
#include "load/due.h"

#include <stdlib.h>

#include "base/memory.h"

enum { FIRST_CAPACITY = 64 };

void due_clear(struct due *due) {
    free(due->entries);
    *due = (struct due){0};
}

static void rise(struct due *due, size_t at, struct due_entry entry) {
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (due->entries[parent].due_ns <= entry.due_ns) break;
        due->entries[at] = due->entries[parent];
        at = parent;
    }
    due->entries[at] = entry;
}

static void sink(struct due *due, struct due_entry entry) {
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= due->count) break;
        if (child + 1 < due->count &&
            due->entries[child + 1].due_ns < due->entries[child].due_ns) {
            child++;
        }
        if (entry.due_ns <= due->entries[child].due_ns) break;
        due->entries[at] = due->entries[child];
        at = child;
    }
    due->entries[at] = entry;
}

void due_add(struct due *due, uint64_t due_ns, struct client *client) {
    if (due->count == due->capacity) {
        due->capacity = due->capacity ? 2 * due->capacity : FIRST_CAPACITY;
        due->entries =
            memory_resize(due->entries, due->capacity * sizeof *due->entries);
    }
    rise(due, due->count++, (struct due_entry){due_ns, client});
}

uint64_t due_next(const struct due *due) {
    return due->count > 0 ? due->entries[0].due_ns : UINT64_MAX;
}

struct client *due_take(struct due *due, uint64_t now_ns, uint64_t *due_ns) {
    if (due_next(due) > now_ns) return NULL;
    struct due_entry first = due->entries[0];
    due->count--;
    if (due->count > 0) sink(due, due->entries[due->count]);
    *due_ns = first.due_ns;
    return first.client;
}

void due_thin(struct due *due, due_stays_fn stays, void *owner) {
    size_t count = due->count;
    due->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct due_entry entry = due->entries[i];
        if (stays(owner, entry.client)) rise(due, due->count++, entry);
    }
}
