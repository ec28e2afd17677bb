/* SPDX-License-Identifier: MIT */
#include "actions/load_merge.h"

#include <stdlib.h>

#include "base/memory.h"

enum { SLOTS = 4 };

/* The reports of one interval, until all generators have sent theirs. */
struct slot {
    uint64_t sequence; /* 0: free */
    struct load_report sum;
};

struct load_merge {
    load_merge_fn on_report;
    void *owner;
    uint64_t told; /* the last interval that was */
    struct slot slots[SLOTS];
};

struct load_merge *load_merge_new(load_merge_fn on_report, void *owner) {
    struct load_merge *merge = memory_new(sizeof *merge);
    merge->on_report = on_report;
    merge->owner = owner;
    return merge;
}

void load_merge_free(struct load_merge *merge) {
    free(merge);
}

static struct slot *oldest(struct load_merge *merge) {
    struct slot *found = NULL;
    for (unsigned i = 0; i < SLOTS; i++) {
        struct slot *slot = &merge->slots[i];
        if (slot->sequence == 0) continue;
        if (!found || slot->sequence < found->sequence) found = slot;
    }
    return found;
}

static void tell(struct load_merge *merge, struct slot *slot) {
    merge->told = slot->sequence;
    merge->on_report(merge->owner, &slot->sum);
    load_report_next(&slot->sum);
    slot->sum.shards = 0;
    slot->sum.sequence = 0;
    slot->sequence = 0;
}

static struct slot *slot_for(struct load_merge *merge, uint64_t sequence) {
    struct slot *free_one = NULL;
    for (unsigned i = 0; i < SLOTS; i++) {
        if (merge->slots[i].sequence == sequence) return &merge->slots[i];
        if (merge->slots[i].sequence == 0) free_one = &merge->slots[i];
    }
    struct slot *first = oldest(merge);
    if (first && sequence <= merge->told) return first;
    if (!free_one) {
        tell(merge, first);
        free_one = first;
    }
    free_one->sequence = sequence > merge->told ? sequence : merge->told + 1;
    return free_one;
}

void load_merge_add(struct load_merge *merge, const struct load_report *report) {
    struct slot *slot = slot_for(merge, report->sequence);
    load_report_add(&slot->sum, report);
}

void load_merge_tell(struct load_merge *merge, uint64_t sequence) {
    struct slot *slot = oldest(merge);
    while (slot && slot->sequence <= sequence) {
        tell(merge, slot);
        slot = oldest(merge);
    }
}

void load_merge_finish(struct load_merge *merge) {
    load_merge_tell(merge, UINT64_MAX);
}
