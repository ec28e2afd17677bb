/* A process, whoever descends from it, and what they listen on: to see later that
 * nothing of it has stayed. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { FAMILY_MEMBERS_MAX = 64, FAMILY_SOCKETS_MAX = 64 };

/* All zero: nobody was seen yet. */
struct family {
    struct {
        pid_t pid;
        int life; /* see life_of() */
    } members[FAMILY_MEMBERS_MAX];
    size_t count;
    uint64_t sockets[FAMILY_SOCKETS_MAX]; /* inodes of what listens on TCP */
    size_t socket_count;
};

/* Remembers who belongs to it now, the head first. Returns how many were ever seen. */
size_t family_look(struct family *family, pid_t head);

/* Waits until all of them have ended; false, with a word, when one stays. */
bool family_ends(const struct family *family);

/* Whether nothing listens any more where they did; a word when something does. */
bool family_is_silent(const struct family *family);

void family_clear(struct family *family);
