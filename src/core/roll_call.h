/* Who has been here already, roughly: nobody counts twice, and few are taken for
 * somebody else. When it is full nobody is new any more. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/record.h"

enum { ROLL_CALL_PLACES = 1 << 14 };

struct roll_call {
    uint64_t places[ROLL_CALL_PLACES / 64]; /* a bit for each */
};

/* Whether nobody with this place was here; from now on somebody was. Places come from a
 * good hash of the user, and from nothing that decides about its arm. */
bool roll_call_is_new(struct roll_call *roll_call, uint64_t user);

extern const struct record roll_call_record;
