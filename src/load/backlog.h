/* Starts that are due and have no connection yet: first in, first out, bounded. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BACKLOG_MAX = 128 * 1024 };

struct backlog_entry {
    uint64_t intended_ns;
    uint32_t task;
};

/* A ring that grows up to its limit; all zeros is an empty one. */
struct backlog {
    struct backlog_entry *entries;
    size_t first, count, capacity; /* capacity: a power of two */
};

void backlog_clear(struct backlog *backlog);

/* False when it is full. */
bool backlog_add(struct backlog *backlog, struct backlog_entry entry);

/* False when it is empty. */
bool backlog_take(struct backlog *backlog, struct backlog_entry *entry);
