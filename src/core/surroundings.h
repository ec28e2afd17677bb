/* Whether stable itself fails far more than it used to: then something that both
 * versions stand on is broken, and nothing is promoted until that has passed. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/record.h"
#include "core/trials.h"

enum {
    SURROUNDINGS_ROOM = 256,      /* requests that are looked at */
    SURROUNDINGS_REFERENCE = 200, /* fewer before do not say what is usual */
};

struct surroundings {
    struct trials before;                    /* what is usual */
    uint64_t recent[SURROUNDINGS_ROOM / 64]; /* a ring of bits: which failed */
    uint64_t added;
};

/* A request of stable, before the rollout or in it. While too few came before, what
 * comes first says what is usual, too. */
void surroundings_learn(struct surroundings *surroundings, bool failed);
void surroundings_add(struct surroundings *surroundings, bool failed);

/* Many of them at once, in an order that nobody knows. */
void surroundings_learn_counts(
    struct surroundings *surroundings, const struct trials *stable);
void surroundings_add_counts(
    struct surroundings *surroundings, const struct trials *stable);

/* The last requests of stable. */
struct trials surroundings_recent(const struct surroundings *surroundings);

/* False while it is not known what is usual. */
bool surroundings_are_bad(const struct surroundings *surroundings);

extern const struct record surroundings_record;
