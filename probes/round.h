/* When the answers of several instances may be added up: once all that are known to
 * answer have done so again. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { ROUND_MEMBERS_MAX = 64 };

/* All zero is a round nobody was heard in. */
struct round {
    bool heard[ROUND_MEMBERS_MAX];    /* since the last sum */
    bool answered[ROUND_MEMBERS_MAX]; /* the last time, so it is waited for */
};

/* A member answered, or could not. */
void round_hear(struct round *round, uint32_t member, bool answered);

/* Whether nobody is waited for; the next round begins then. */
bool round_complete(struct round *round, uint32_t member_count);
