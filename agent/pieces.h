/* How an answer of the local model goes out:
 * its bytes in pieces, each after a pause. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "core/random.h"

enum { PIECES_MAX = 16 * 1024 }; /* what comes later is a part of the last one */

struct piece {
    size_t length;     /* bytes */
    uint64_t tokens;   /* that had to be made for it */
    uint64_t pause_ns; /* before it goes out */
};

struct pieces {
    struct buffer list; /* of struct piece */
    size_t byte_count;  /* in all of them */
};

void pieces_init(struct pieces *pieces);
void pieces_clear(struct pieces *pieces);

/* The bytes of the body behind the last piece,
 * up to `body_length`, are the next one. */
void pieces_add(struct pieces *pieces, size_t body_length, uint64_t tokens);

size_t pieces_count(const struct pieces *pieces);
struct piece pieces_at(const struct pieces *pieces, size_t index);

/* Sets the pauses: about `token_ns` for each token. */
void pieces_pace(struct pieces *pieces, uint64_t token_ns, struct random *random);

/* In place of what there is: the body of that length,
 * `length` bytes every `pause_ns`. */
void pieces_drip(
    struct pieces *pieces, size_t body_length, size_t length, uint64_t pause_ns);

/* Forgets all but the first half, at least one; returns how many bytes are left. */
size_t pieces_halve(struct pieces *pieces);
