/* SPDX-License-Identifier: MIT */
#include "core/roll_call.h"

enum { WORD_BITS = 64, PLACE_SHIFT = 50 };
_Static_assert(ROLL_CALL_PLACES == 1 << (WORD_BITS - PLACE_SHIFT), "the upper bits");

bool roll_call_is_new(struct roll_call *roll_call, uint64_t user) {
    /* Fibonacci hashing: the upper bits of the product depend on all of the hash. */
    uint64_t place = (user * UINT64_C(0x9e3779b97f4a7c15)) >> PLACE_SHIFT;
    uint64_t bit = UINT64_C(1) << (place % WORD_BITS);
    uint64_t *word = &roll_call->places[place / WORD_BITS];
    bool is_new = (*word & bit) == 0;
    *word |= bit;
    return is_new;
}

static const struct record_field roll_call_fields[] = {
    {RECORD_COUNTS, RECORD_AT(struct roll_call, places)},
};
const struct record roll_call_record = RECORD_OF(struct roll_call, roll_call_fields);
