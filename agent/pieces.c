/* SPDX-License-Identifier: MIT */
#include "agent/pieces.h"

#include <string.h>

#include "base/panic.h"

static const double pause_least = 0.5;
static const double pause_spread = 1; /* from there: one token takes 0.5 to 1.5 of it */

void pieces_init(struct pieces *pieces) {
    *pieces = (struct pieces){0};
    buffer_init(&pieces->list, PIECES_MAX * sizeof(struct piece));
}

void pieces_clear(struct pieces *pieces) {
    buffer_clear(&pieces->list);
    pieces->byte_count = 0;
}

size_t pieces_count(const struct pieces *pieces) {
    return pieces->list.length / sizeof(struct piece);
}

struct piece pieces_at(const struct pieces *pieces, size_t index) {
    ensure(index < pieces_count(pieces));
    struct piece piece;
    memcpy(&piece, pieces->list.data + index * sizeof piece, sizeof piece);
    return piece;
}

static void put(struct pieces *pieces, size_t index, const struct piece *piece) {
    memcpy(pieces->list.data + index * sizeof *piece, piece, sizeof *piece);
}

void pieces_add(struct pieces *pieces, size_t body_length, uint64_t tokens) {
    ensure(body_length >= pieces->byte_count);
    struct piece piece = {.length = body_length - pieces->byte_count, .tokens = tokens};
    pieces->byte_count = body_length;
    if (piece.length == 0 || buffer_add(&pieces->list, &piece, sizeof piece)) return;
    struct piece last = pieces_at(pieces, PIECES_MAX - 1);
    last.length += piece.length;
    last.tokens += tokens;
    put(pieces, PIECES_MAX - 1, &last);
}

void pieces_pace(struct pieces *pieces, uint64_t token_ns, struct random *random) {
    for (size_t i = 0; i < pieces_count(pieces); i++) {
        struct piece piece = pieces_at(pieces, i);
        double factor = pause_least + pause_spread * random_unit(random);
        piece.pause_ns = (uint64_t)((double)(piece.tokens * token_ns) * factor);
        put(pieces, i, &piece);
    }
}

void pieces_drip(
    struct pieces *pieces, size_t body_length, size_t length, uint64_t pause_ns) {
    pieces_clear(pieces);
    while (pieces->byte_count < body_length) {
        size_t rest = body_length - pieces->byte_count;
        pieces_add(pieces, pieces->byte_count + (rest < length ? rest : length), 0);
    }
    for (size_t i = 0; i < pieces_count(pieces); i++) {
        struct piece piece = pieces_at(pieces, i);
        piece.pause_ns = pause_ns;
        put(pieces, i, &piece);
    }
}

size_t pieces_halve(struct pieces *pieces) {
    size_t kept = (pieces_count(pieces) + 1) / 2;
    pieces->list.length = kept * sizeof(struct piece);
    pieces->byte_count = 0;
    for (size_t i = 0; i < kept; i++) pieces->byte_count += pieces_at(pieces, i).length;
    return pieces->byte_count;
}
