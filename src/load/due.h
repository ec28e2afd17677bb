/* Who is to be woken when: the earliest first. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;

struct due_entry {
    uint64_t due_ns;
    struct client *client; /* borrowed */
};

/* A binary heap; all zeros is an empty one. It grows with the number of clients, each
 * of which waits for one thing at most. */
struct due {
    struct due_entry *entries;
    size_t count, capacity;
};

void due_clear(struct due *due);
void due_add(struct due *due, uint64_t due_ns, struct client *client);

/* The earliest time, or UINT64_MAX when nobody waits. */
uint64_t due_next(const struct due *due);

/* Takes the earliest one, if its time has come; NULL if not. */
struct client *due_take(struct due *due, uint64_t now_ns, uint64_t *due_ns);

/* Takes out those that do not stay, in any order. */
typedef bool (*due_stays_fn)(void *owner, struct client *client);
void due_thin(struct due *due, due_stays_fn stays, void *owner);
