/* Remembers how every part was, to say in words when one goes down or comes back. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/state.h"

struct part_entry {
    char name[STATE_NAME_SIZE];
    uint8_t kind;
    uint8_t status;
    bool troubled;  /* was told to be in trouble, and not to be well again */
    uint32_t polls; /* outcomes so far */
};

/* All zero is an empty log. */
struct part_log {
    uint32_t count;
    bool any; /* there was ever a part */
    struct part_entry entries[STATE_PARTS_MAX];
};

void part_log_reset(struct part_log *log);

/* Takes the outcome of a poll. True when it is worth a
 * line of the timeline; its times are the caller's. */
bool part_log_take(struct part_log *log, const struct part *part, struct note *note);

/* Whether each part was asked as often as it takes to know it: twice where the
 * difference of two answers matters, else once. */
bool part_log_complete(const struct part_log *log);
